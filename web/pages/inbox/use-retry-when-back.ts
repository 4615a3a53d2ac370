import { useChanges } from '../../api/changes.tsx';

/**
 * Reads what could not be read when the server is back. Lists as long as those of the inbox are not read again with all else.
 *
 * @param hasFailed whether it could not be read
 */
export function useRetryWhenBack(hasFailed: boolean, read: () => unknown): void {
  useChanges(({ name }) => {
    if (name === 'reset' && hasFailed) read();
  });
}
