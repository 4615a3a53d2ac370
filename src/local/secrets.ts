import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const secretsSchema = z.object({ PAGESYNC_API_TOKEN: z.string(), TOKEN_ENCRYPTION_KEYS: z.string() });

/** What the programs need and a laptop has not: made once, kept in the data folder, readable by the user alone. */
export type LocalSecrets = z.infer<typeof secretsSchema>;

const fileIn = (dataDir: string) => join(dataDir, 'secrets.json');

/**
 * The secrets of a data folder; `null` when it has none.
 *
 * @throws when the file is there and cannot be read as what it should be
 */
export async function readSecrets(dataDir: string): Promise<LocalSecrets | null> {
  const text = await readFile(fileIn(dataDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : secretsSchema.parse(JSON.parse(text));
}

/** @throws when the file is there and cannot be read as what it should be: tokens would be lost with the key */
export async function localSecrets(dataDir: string): Promise<LocalSecrets> {
  const file = fileIn(dataDir);
  const existing = await readSecrets(dataDir);
  if (existing !== null) return existing;
  const secrets: LocalSecrets = {
    PAGESYNC_API_TOKEN: `ps_${randomBytes(24).toString('base64url')}`,
    TOKEN_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
  };
  await writeFile(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secrets;
}
