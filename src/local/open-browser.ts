import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import open from 'open';
import type { Logger } from '../log.ts';

/**
 * Shows an address in the person's browser, where there is a person: somebody at a terminal, and not in CI. The address is a
 * secret, and everybody on the machine can see what programs are called with: the browser is called with a file that only its
 * owner can read, which leads there. That it could not be shown is no fault: the address is printed too.
 *
 * @param folder for the file
 * @returns removes the file
 */
export async function openBrowser(url: string, folder: string, logger: Logger): Promise<() => Promise<void>> {
  const file = join(folder, 'open-dashboard.html');
  const remove = () => rm(file, { force: true });
  if (!process.stdout.isTTY || process.env.CI) return remove;
  try {
    await remove();
    await writeFile(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${url}">`, {
      mode: 0o600,
    });
    // from Windows, files in its Linux are not to be found where they are here
    const child = await open(process.env.WSL_DISTRO_NAME ? url : pathToFileURL(file).href);
    // where nothing opens addresses, the program that does is not found a moment later
    child.once('error', (error) => logger.info({ err: error }, 'No browser was opened'));
  } catch (error) {
    logger.info({ err: error }, 'No browser was opened');
  }
  return remove;
}
