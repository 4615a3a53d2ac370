import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { BenchPage, Installation, PageSpec } from '../stack/installation.ts';
import type { Servers } from '../stack/servers.ts';

const execute = promisify(execFile);

const SCRIPT = fileURLToPath(new URL('dlt_walk.py', import.meta.url));
const INSTALL = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'dlt[postgres]'];

const lineSchema = z.object({ seconds: z.number(), conversations: z.number(), messages: z.number() });

/** How dlt writes: add rows without a look, or by their key as the product does. */
export type Disposition = 'append' | 'merge';

/** dlt's `rest_api` source in a Python of its own. */
export interface Dlt {
  /**
   * Loads the page into a schema of its own, which is dropped again.
   *
   * @returns seconds that its pipeline ran, without Python's own start
   * @throws with the last line that it said
   */
  load(at: Installation, page: BenchPage, spec: PageSpec, disposition: Disposition): Promise<number>;
}

/**
 * Installs dlt in the run's temporary folder.
 *
 * @throws with pip's last line when there is no Python, or no way to its packages
 */
export async function installDlt(servers: Servers): Promise<Dlt> {
  const folder = path.join(servers.folder, 'dlt');
  const python = path.join(folder, 'bin', 'python');
  await say('python3', ['-m', 'venv', folder]);
  await say(python, INSTALL);
  return {
    async load({ simulator, databaseUrl, sql }, page, spec, disposition) {
      const dataset = `dlt_${disposition}`;
      const line = await say(
        python,
        [SCRIPT, `${simulator.url}/v25.0`, page.facebookPageId, dataset, disposition],
        {
          GRAPH_TOKEN: page.accessToken,
          DATABASE_URL: databaseUrl,
          DLT_DATA_DIR: folder,
          RUNTIME__DLTHUB_TELEMETRY: 'false',
          RUNTIME__LOG_LEVEL: 'ERROR',
        },
      );
      await sql.unsafe(`DROP SCHEMA IF EXISTS ${dataset}, ${dataset}_staging CASCADE`);
      const { seconds, ...rows } = lineSchema.parse(JSON.parse(line));
      if (rows.conversations !== spec.conversations || rows.messages !== spec.conversations * spec.messages) {
        throw new Error(`dlt loaded ${JSON.stringify(rows)} of ${JSON.stringify(spec)}`);
      }
      return seconds;
    },
  };
}

/** Runs a program to its end. @returns the last line of its output */
async function say(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  try {
    const { stdout } = await execute(program, args, { env: { ...process.env, ...env } });
    return lastLine(stdout);
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(lastLine(stderr) || `${program} cannot be run`);
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
