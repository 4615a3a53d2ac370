import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { onProcessExit } from './exit-hooks.ts';
import { describeProcess, processRecordSchema } from './pid-file.ts';
import { poll } from './poll.ts';
import { isSameProcess } from './process-info.ts';

const holderSchema = processRecordSchema.extend({ nonce: z.string() });
export type LockHolder = z.infer<typeof holderSchema>;

export interface Lock {
  /** Gives the lock back; a second call does nothing. Happens by itself at a normal exit. */
  release(): void;
}

/** Nonces of the locks this very process holds: a file with our pid but none of these is of an earlier life. */
const held = new Set<string>();

function readHolder(file: string): LockHolder | null | 'unreadable' {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

function isHeld(holder: LockHolder): boolean {
  return holder.pid === process.pid ? held.has(holder.nonce) : isSameProcess(holder);
}

/**
 * Removes the file of a dead holder. Two processes may come to that at once, so it is moved away first, which one of
 * them wins; if it was a new holder's file that was moved, it is put back.
 */
function clearStale(file: string, stale: LockHolder | 'unreadable'): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  const other =
    moved !== null && moved !== 'unreadable' && (stale === 'unreadable' || moved.nonce !== stale.nonce);
  if (other) {
    try {
      linkSync(aside, file);
    } catch {
      // Somebody has taken the place in between; they look again like everyone else.
    }
  }
  rmSync(aside, { force: true });
}

/** One try: the lock, or who has it. The file appears with its content (`link`), so that nobody reads half of it. */
export function tryLock(file: string): Lock | LockHolder {
  mkdirSync(path.dirname(file), { recursive: true });
  const nonce = randomUUID();
  const draft = `${file}.${nonce}`;
  const me: LockHolder = { ...describeProcess(process.pid), nonce };
  writeFileSync(draft, `${JSON.stringify(me)}\n`, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      try {
        linkSync(draft, file);
        return own(file, nonce);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      const holder = readHolder(file);
      if (holder === null) continue;
      if (holder !== 'unreadable' && isHeld(holder)) return holder;
      clearStale(file, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new Error(`the lock ${file} changes hands all the time; try again`);
}

function own(file: string, nonce: string): Lock {
  held.add(nonce);
  const release = () => {
    forget();
    if (!held.delete(nonce)) return;
    const holder = readHolder(file);
    if (holder !== null && holder !== 'unreadable' && holder.nonce === nonce) rmSync(file, { force: true });
  };
  const forget = onProcessExit(release);
  return { release };
}

/** Takes the lock, waiting while another live process has it. `onWait` is called once, before the wait. Throws after `timeoutMs`. */
export async function waitForLock(
  file: string,
  options: { timeoutMs: number; onWait: (holder: LockHolder) => void; signal?: AbortSignal | undefined },
): Promise<Lock> {
  let told = false;
  return poll(
    () => {
      const got = tryLock(file);
      if ('release' in got) return got;
      if (!told) options.onWait(got);
      told = true;
      return undefined;
    },
    { what: `the lock ${file}`, timeoutMs: options.timeoutMs, everyMs: 200, signal: options.signal },
  );
}

/** Another live process works on the data folder. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';
  readonly holder: LockHolder;

  constructor(dir: string, holder: LockHolder) {
    super(
      `${dir} is in use by process ${holder.pid}, started ${holder.startedAt}${holder.command ? ` (${holder.command})` : ''}. ` +
        'Stop that one first, or choose another data folder.',
    );
    this.holder = holder;
  }
}

/**
 * One program at a time for a data folder: two would stop or adopt each other's servers.
 * Throws DataDirInUseError, which names the pid; a holder that has died is no obstacle.
 */
export function lockDataDir(dir: string): Lock {
  const got = tryLock(path.join(path.resolve(dir), 'lock.json'));
  if ('release' in got) return got;
  throw new DataDirInUseError(dir, got);
}
