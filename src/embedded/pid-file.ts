import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { identityOf, isSameProcess } from './process-info.ts';

export const processRecordSchema = z.object({
  pid: z.number().int().positive(),
  birth: z.string().nullable(),
  command: z.string().nullable(),
  /** ISO time at which the record was written: for people, never compared. */
  startedAt: z.string(),
});
export type ProcessRecord = z.infer<typeof processRecordSchema>;

export function describeProcess(pid: number): ProcessRecord {
  return { ...identityOf(pid), startedAt: new Date().toISOString() };
}

/** Writes down a child server, so that the next start recognises it if this process is killed. Whole or not at all. */
export function writePidFile(file: string, pid: number): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(describeProcess(pid))}\n`);
  renameSync(`${file}.new`, file);
}

/** The server that the file tells of, if it is still running and is the same program; null when there is none. */
export function findLeftBehind(file: string): ProcessRecord | null {
  try {
    const record = processRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return isSameProcess(record) ? record : null;
  } catch {
    return null;
  }
}

export function removePidFile(file: string): void {
  rmSync(file, { force: true });
}
