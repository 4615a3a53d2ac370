import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataDirOf } from './data-dir.ts';
import { readSecrets } from './secrets.ts';

const addressFile = (dataDir: string) => join(dataDir, 'api-url');

/** Notes where the API of this data folder is, as long as it runs: its port is not always the same. */
export async function noteAddress(dataDir: string, url: string): Promise<() => Promise<void>> {
  await writeFile(addressFile(dataDir), `${url}\n`);
  return () => rm(addressFile(dataDir), { force: true });
}

/** The `npm start` of this machine: where its API is, `null` when it does not run, and its token, `null` when it never did. */
export async function localServer(
  env: Record<string, string | undefined>,
): Promise<{ url: string | null; token: string | null }> {
  const dataDir = dataDirOf(env);
  const [url, secrets] = await Promise.all([
    readFile(addressFile(dataDir), 'utf8').then(
      (text) => text.trim(),
      () => null,
    ),
    // a folder of somebody else's is not ours to complain of
    readSecrets(dataDir).catch(() => null),
  ]);
  return { url, token: secrets?.PAGESYNC_API_TOKEN ?? null };
}
