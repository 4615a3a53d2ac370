import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommandFailure } from './failure.ts';

/**
 * A secret that is typed or piped in, never an argument: those are in the shell's history and the process list.
 *
 * @param what its name, for the prompt
 * @param piped whether all of standard input is the secret
 * @throws CommandFailure when there is none, or nobody to ask
 */
export async function readSecret(what: string, piped: boolean): Promise<string> {
  if (!piped && !process.stdin.isTTY) {
    throw new CommandFailure('usage', `Nobody can be asked for the ${what}: pipe it in with --token-stdin.`);
  }
  const secret = (await (piped ? text(process.stdin) : askHidden(what))).trim();
  if (secret === '') throw new CommandFailure('usage', `${what}: there is none.`);
  return secret;
}

/** Asks on the terminal; what is typed is not shown. */
function askHidden(what: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  process.stderr.write(`${what} (not shown): `);
  return new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('SIGINT', () => reject(new CommandFailure('interrupted', 'Nothing was changed.')));
    lines.once('close', () => resolve(''));
  }).finally(() => {
    lines.close();
    process.stderr.write('\n');
  });
}
