import { parseArgs } from 'node:util';
import { defaults, type SimulatorOptions } from './options.ts';

export const help = `Usage: npm run simulator -- [flags]

A stand-in for Meta's Graph API with one page and its Messenger and Instagram inboxes.
Prints {"listening":"http://127.0.0.1:PORT"} when it is ready.

  --port N                    port, 0 = any free one (0)
  --host ADDRESS              address to listen on (127.0.0.1)
  --page ID                   page id (${defaults.pageId})
  --page-name NAME            page name (${defaults.pageName})
  --token TOKEN               page access token (${defaults.token})
  --instagram-account ID      Instagram account id, "none" = page without Instagram (${defaults.instagramAccountId})
  --conversations N           conversations over both platforms (${defaults.conversations})
  --instagram-share F         part of them that is Instagram, 0 to 1 (${defaults.instagramShare})
  --messages N                mean messages a conversation (${defaults.messages})
  --exact-messages            every conversation has exactly --messages messages
  --latency MS                wait before every answer (0)
  --latency-jitter MS         up to this much more (0)
  --seed N                    another seed is another inbox (1)
  --calls-per-second N        refuse more calls a second than this for one asset, 0 = off (0)
  --app-id ID                 the app that the tokens are of (${defaults.appId})
  --app-secret S              demand the right appsecret_proof on every call
  --redirect-uri URL          where the Login dialog may send people; may be repeated (this machine always)
  --max-limit N               larger limits get "reduce the amount of data" (${defaults.maxLimit})
  --max-rows N                so do more conversations x nested messages than this (off)
  --newest ISO                time of the newest message at the start (2026-01-31T12:34:56Z)
  --exit-with-stdin           end when stdin ends, so as not to outlive a killed parent
  --help                      this text
`;

/** What the command line asks for; `help` wins over everything else. */
export type Command = { options: Partial<SimulatorOptions>; exitWithStdin: boolean; help: boolean };

/** Reads the command line (without node and the script); throws an Error with a sentence for a wrong flag. */
export function parseFlags(argv: readonly string[]): Command {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...argv],
    strict: true,
    options: {
      port: text,
      host: text,
      page: text,
      'page-name': text,
      token: text,
      'instagram-account': text,
      conversations: text,
      'instagram-share': text,
      messages: text,
      'exact-messages': flag,
      latency: text,
      'latency-jitter': text,
      seed: text,
      'calls-per-second': text,
      'app-id': text,
      'app-secret': text,
      'redirect-uri': { type: 'string', multiple: true },
      'max-limit': text,
      'max-rows': text,
      newest: text,
      'exit-with-stdin': flag,
      help: flag,
    },
  });
  const account = values['instagram-account'];
  const newestMs = values.newest === undefined ? null : Date.parse(values.newest);
  if (Number.isNaN(newestMs)) throw new Error('--newest must be an ISO time');
  const options: Partial<SimulatorOptions> = {
    ...given('port', whole('port', values.port)),
    ...given('host', values.host),
    ...given('pageId', values.page),
    ...given('pageName', values['page-name']),
    ...given('token', values.token),
    ...given('instagramAccountId', account === 'none' ? null : account),
    ...given('conversations', whole('conversations', values.conversations)),
    ...given('instagramShare', number('instagram-share', values['instagram-share'], 1)),
    ...given('messages', number('messages', values.messages)),
    ...given('exactMessages', values['exact-messages'] || undefined),
    ...given('latencyMs', number('latency', values.latency)),
    ...given('latencyJitterMs', number('latency-jitter', values['latency-jitter'])),
    ...given('seed', whole('seed', values.seed)),
    ...given('callsPerSecond', whole('calls-per-second', values['calls-per-second'])),
    ...given('appId', values['app-id']),
    ...given('redirectUris', values['redirect-uri']),
    ...given('appSecret', values['app-secret']),
    ...given('maxLimit', whole('max-limit', values['max-limit'])),
    ...given('maxRows', whole('max-rows', values['max-rows'])),
    ...given('newestSec', newestMs === null ? undefined : Math.floor(newestMs / 1000)),
  };
  return { options, exitWithStdin: values['exit-with-stdin'], help: values.help };
}

function given<K extends keyof SimulatorOptions>(
  key: K,
  value: SimulatorOptions[K] | undefined,
): Partial<SimulatorOptions> {
  return value === undefined ? {} : { [key]: value };
}

function number(name: string, text: string | undefined, max = Number.MAX_SAFE_INTEGER): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= max)) {
    throw new Error(`--${name} must be a number from 0 to ${max}, not "${text}"`);
  }
  return value;
}

function whole(name: string, text: string | undefined): number | undefined {
  const value = number(name, text);
  if (value !== undefined && !Number.isInteger(value)) throw new Error(`--${name} must be a whole number`);
  return value;
}
