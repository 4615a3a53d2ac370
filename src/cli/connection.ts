import { readFile } from 'node:fs/promises';
import { type ApiClient, createApiClient } from './api-client.ts';
import { CommandFailure } from './failure.ts';
import { createOutput, type Output } from './output.ts';

/** What the installation on this machine has to say while it runs: where it is, and its token. */
export interface LocalServer {
  url: string | null;
  token: string | null;
}

/** Options that every command takes. */
export interface GlobalOptions {
  url?: string;
  tokenFile?: string;
  json?: boolean;
}

/** What a command works with. */
export interface Connection {
  client: ApiClient;
  output: Output;
}

const DEFAULT_URL = 'http://localhost:3000';

/**
 * Where the API is, and the token for it. A token is never taken from the arguments, which everybody on the machine can
 * read, and the one of this machine's installation goes to this machine alone.
 *
 * @throws CommandFailure when there is no token, or the address is none
 */
export async function connectionOf(
  { url, tokenFile, json = false }: GlobalOptions,
  env: Record<string, string | undefined>,
  local: () => Promise<LocalServer>,
): Promise<Connection> {
  const given = url || env.PAGESYNC_URL;
  const complete = given && (tokenFile !== undefined || env.PAGESYNC_API_TOKEN);
  const here = complete || (given && !isLoopback(given)) ? null : await local();
  const address = baseOf(given || here?.url || DEFAULT_URL);
  const token =
    tokenFile === undefined
      ? env.PAGESYNC_API_TOKEN || here?.token
      : await readFile(tokenFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new CommandFailure('usage', `--token-file ${tokenFile} cannot be read: ${error.code}`);
        });
  const sent = checked(token?.trim());
  if (new URL(address).protocol === 'http:' && !isLoopback(address)) {
    process.stderr.write(`Warning: the token goes to ${address} unencrypted. Use https.\n`);
  }
  return { client: createApiClient(address, sent), output: createOutput(json) };
}

function checked(token: string | undefined): string {
  if (!token) {
    throw new CommandFailure(
      'forbidden',
      'No token: set PAGESYNC_API_TOKEN, or name a file with --token-file. Without them npm start must run on this machine.',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new CommandFailure('forbidden', 'The token is none: it has characters that none has.');
  }
  return token;
}

function baseOf(address: string): string {
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
    throw new CommandFailure('usage', `The address of the server is no http(s) URL: ${address}`);
  }
  return address.replace(/\/+$/, '');
}

function isLoopback(address: string): boolean {
  const host = URL.canParse(address) ? new URL(address).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
