import process from 'node:process';
import open from 'open';
import type { Logger } from '../log.ts';

/**
 * Shows an address in the person's browser, where there is a person: somebody at a terminal, and not in CI. That it could not be
 * shown is no fault: the address is printed too.
 *
 * @returns whether a browser was asked to
 */
export async function openBrowser(url: string, logger: Logger): Promise<boolean> {
  if (!process.stdout.isTTY || process.env.CI) return false;
  try {
    const child = await open(url);
    // where nothing opens addresses, the program that does is not found a moment later
    child.once('error', (error) => logger.info({ err: error }, 'No browser was opened'));
    return true;
  } catch (error) {
    logger.info({ err: error }, 'No browser was opened');
    return false;
  }
}
