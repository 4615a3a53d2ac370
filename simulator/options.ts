/** Everything a simulator is started with; all have a default (see `defaults`). Times are milliseconds. */
export type SimulatorOptions = {
  /** 0 = any free port. */
  port: number;
  host: string;
  pageId: string;
  pageName: string;
  /** The page access token of the first page. */
  token: string;
  /** null = a page without Instagram. */
  instagramAccountId: string | null;
  /** Conversations over both platforms. */
  conversations: number;
  /** Part of the conversations that is Instagram, 0 to 1. */
  instagramShare: number;
  /** Messages a conversation: the mean, or the exact number with `exactMessages`. */
  messages: number;
  exactMessages: boolean;
  latencyMs: number;
  /** Up to this much more, evenly spread. */
  latencyJitterMs: number;
  seed: number;
  /** Calls a second allowed for one asset (page or Instagram account); 0 = not enforced. */
  callsPerSecond: number;
  /** The app that the tokens are of. */
  appId: string;
  /** Given: every call needs the right `appsecret_proof`. */
  appSecret: string | null;
  /** Where the Login dialog may send people; this machine (loopback) always. */
  redirectUris: readonly string[];
  /** A larger `limit` gets the "reduce the amount of data" error. */
  maxLimit: number;
  /** Conversations × nested messages above which the same error comes; null = off. */
  maxRows: number | null;
  /** Epoch seconds of the newest message at the start. */
  newestSec: number;
};

/** The token of the first page unless another is given. Worth nothing outside of the simulator. */
export const DEMO_TOKEN = 'SIMULATOR-demo-page-token';

export const defaults: SimulatorOptions = {
  port: 0,
  host: '127.0.0.1',
  pageId: '100000000000001',
  pageName: 'Demo Page',
  token: DEMO_TOKEN,
  instagramAccountId: '17840000000000001',
  conversations: 200,
  instagramShare: 0.3,
  messages: 10,
  exactMessages: false,
  latencyMs: 0,
  latencyJitterMs: 0,
  seed: 1,
  callsPerSecond: 0,
  appId: '1234567890',
  appSecret: null,
  redirectUris: [],
  maxLimit: 100,
  maxRows: null,
  newestSec: Date.UTC(2026, 0, 31, 12, 34, 56) / 1000,
};
