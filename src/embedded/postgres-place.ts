import { createHash, randomUUID } from 'node:crypto';
import { chown, cp, lstat, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { EmbeddedLog } from './log.ts';
import { canEnter, type ServerUser } from './postgres-user.ts';

/** Survives a reboot, unlike /tmp, and every user can get into it. */
const COMMON_GROUND = '/var/tmp';

const versionSchema = z.object({ version: z.string() });

export interface PostgresPlace {
  nativeDir: string;
  dataDir: string;
}

/**
 * Where to run from and where to keep the data. As wished, unless the server runs as another user who cannot get there
 * (a clone below /root): then below /var/tmp. The programs are copied, some 60 MB, once for each version. Where the data
 * went is written down in the wished folder, so that they are found again, and are not when that folder was removed and
 * made anew. Throws when the place in /var/tmp belongs to somebody else.
 */
export async function choosePlace(
  wished: PostgresPlace,
  user: ServerUser | undefined,
  log: EmbeddedLog,
  commonGround = COMMON_GROUND,
): Promise<PostgresPlace> {
  await mkdir(wished.dataDir, { recursive: true });
  const dataDir = await realpath(wished.dataDir);
  const place = { nativeDir: wished.nativeDir, dataDir };
  if (user === undefined) return place;
  if (!(await canEnter(user, path.join(wished.nativeDir, 'bin')))) {
    const name = hashed(`${wished.nativeDir} ${await versionOf(wished.nativeDir)}`);
    place.nativeDir = path.join(await ownFolder(path.join(commonGround, name)), 'native');
    await copyOnce(wished.nativeDir, place.nativeDir);
    log.info(place, `user ${user.name} cannot enter ${wished.nativeDir}: PostgreSQL runs from a copy`);
  }
  if (!(await canEnterOrIsGiven(user, dataDir))) {
    const note = path.join(dataDir, 'moved-to');
    const known = await readFile(note, 'utf8').then(
      (text) => path.basename(text.trim()),
      () => null,
    );
    place.dataDir = await ownFolder(
      path.join(commonGround, known ?? `${hashed(dataDir)}-${randomUUID().slice(0, 8)}`),
    );
    if (known === null) await writeFile(note, path.basename(place.dataDir));
    log.info(place, `user ${user.name} cannot enter ${dataDir}: the database lies in ${place.dataDir}`);
  }
  return place;
}

function hashed(text: string): string {
  return `pagesync-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

/** A closed folder that stands in an open place is given to the user; one that stands in a closed place is left as it was. */
async function canEnterOrIsGiven(user: ServerUser, folder: string): Promise<boolean> {
  if (await canEnter(user, folder)) return true;
  const { uid, gid } = await lstat(folder);
  await chown(folder, user.uid, user.gid);
  if (await canEnter(user, folder)) return true;
  await chown(folder, uid, gid);
  return false;
}

/** The folder, made if need be, as ours. Where all may write, another user could have made it first, with programs of theirs in it. */
async function ownFolder(folder: string): Promise<string> {
  await mkdir(folder, { mode: 0o755 }).catch(() => undefined);
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(
      `${folder} belongs to somebody else or others may write to it; remove it, or set DATABASE_URL`,
    );
  }
  return folder;
}

/** Part of the name of the copy, so that an updated package is copied afresh. */
async function versionOf(nativeDir: string): Promise<string> {
  return readFile(path.join(nativeDir, '..', 'package.json'), 'utf8').then(
    (text) => versionSchema.parse(JSON.parse(text)).version,
    () => 'unknown',
  );
}

/** Whole or not at all: a copy that was cut short is in a folder that nobody uses. */
async function copyOnce(from: string, to: string): Promise<void> {
  if (await lstat(to).catch(() => null)) return;
  const draft = `${to}-${randomUUID()}`;
  try {
    await cp(from, draft, { recursive: true, verbatimSymlinks: true });
    await rename(draft, to);
  } catch (error) {
    if (!(await lstat(to).catch(() => null))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
