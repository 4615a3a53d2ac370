import { useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { PageResource } from '../../../../src/contract/resources.ts';
import { keys } from '../../../api/keys.ts';

/** Says that pages were connected, and has what is shown of them read again. */
export function useConnected() {
  const queryClient = useQueryClient();
  return (pages: readonly PageResource[]) => {
    const [first] = pages;
    if (first === undefined) return;
    toast.success(pages.length === 1 ? `${first.name} is connected` : `${pages.length} pages are connected`);
    for (const queryKey of [keys.pages, keys.jobs, keys.health, ['sync']]) {
      void queryClient.invalidateQueries({ queryKey });
    }
  };
}
