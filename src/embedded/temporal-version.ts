import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The release of Temporal's CLI that is fetched. The newest that `go install` takes: later ones have a `replace` in go.mod. */
export const TEMPORAL_CLI_VERSION = '1.5.1';

/** An older server found on the PATH is passed over: 1.29 is what everything here is tried against. */
const OLDEST_SERVER = [1, 29] as const;

/** The server's version out of `temporal --version` ("temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"), or null when it is some other program. */
export function parseServerVersion(output: string): [major: number, minor: number] | null {
  const match = /temporal version .*\(Server (\d+)\.(\d+)/i.exec(output);
  return match ? [Number(match[1]), Number(match[2])] : null;
}

export function isNewEnough([major, minor]: readonly [number, number]): boolean {
  return major > OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor >= OLDEST_SERVER[1]);
}

/** Runs `<binary> --version`. Null when it runs, else what is wrong with it. Ten seconds: the first run of a 200 MB file is slow on a cold disk. */
export async function whyNotTemporal(binary: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(binary, ['--version'], {
      timeout: 10_000,
      encoding: 'utf8',
    });
    const version = parseServerVersion(stdout);
    if (version === null)
      return `it does not answer --version as Temporal's CLI does: ${stdout.trim().slice(0, 80)}`;
    if (!isNewEnough(version))
      return `its server ${version.join('.')} is older than ${OLDEST_SERVER.join('.')}`;
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? 'it does not run') : String(error);
  }
}
