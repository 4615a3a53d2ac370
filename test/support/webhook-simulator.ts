import type { SimulatorOptions } from '../../simulator/options.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { eventually } from './eventually.ts';
import { type Item, type Receiver, startReceiver } from './webhook-receiver.ts';

export const PAGE = '100000000000001';
export const ACCOUNT = '17840000000000001';
export const SECRET = 'the-app-secret';
const ALL_FIELDS =
  'messages,message_echoes,message_deliveries,message_reads,message_edits,message_reactions,messaging_postbacks,messaging_referrals,messaging_optins,messaging_handovers,standby';

/** What `POST /_control/inbox/messages` and `/inbox/events` answer. */
export type Written = { conversationId: string; messageIds: string[]; delivered: number };

/** What `GET /_control/webhooks` answers. */
export type Status = {
  callback: Record<string, unknown> | null;
  pages: { id: string; state: string; subscribedFields: string[]; failingSince: string | null }[];
  updates: number;
  duplicates: number;
  posts: number;
  acknowledged: number;
  byStatus: Record<string, number>;
  retries: number;
  pending: number;
  dropped: number;
  disabled: string[];
};

/** A simulator with a receiver for its webhooks, not yet connected to each other. */
export type WebhookSimulator = {
  simulator: Simulator;
  receiver: Receiver;
  graph: (
    method: string,
    path: string,
    parameters?: Record<string, string>,
    token?: string,
  ) => Promise<Response>;
  /** Subscribes the first page, to all fields unless told otherwise. */
  subscribe: (fields?: string) => Promise<void>;
  /** Makes the receiver the callback, a thousand times faster than the real one. */
  connect: (settings?: object) => void;
  status: () => Status;
  write: (body: object) => Written;
  happen: (body: object) => Written;
  /** Waits until nothing is pending; answers what came in. */
  delivered: () => Promise<Item[]>;
  close: () => Promise<void>;
};

/** Starts both. */
export async function startWebhookSimulator(
  options: Partial<SimulatorOptions> = {},
): Promise<WebhookSimulator> {
  const receiver = await startReceiver();
  const simulator = await startSimulator({ conversations: 40, instagramShare: 0.5, ...options });
  const graph: WebhookSimulator['graph'] = (
    method,
    path,
    parameters = {},
    token = 'SIMULATOR-demo-page-token',
  ) =>
    fetch(`${simulator.url}/v25.0${path}?${new URLSearchParams(parameters)}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    });
  const status = () => simulator.control('GET', '/webhooks') as Status;
  return {
    simulator,
    receiver,
    graph,
    status,
    subscribe: async (fields = ALL_FIELDS) => {
      const answer = await graph('POST', `/${PAGE}/subscribed_apps`, { subscribed_fields: fields });
      if (answer.status !== 200) throw new Error(await answer.text());
    },
    connect: (settings = {}) => {
      const usual = { url: receiver.url, appSecret: SECRET, timeScale: 0.001 };
      simulator.control('POST', '/webhooks', { ...usual, ...settings });
    },
    write: (body) => simulator.control('POST', '/inbox/messages', body) as Written,
    happen: (body) => simulator.control('POST', '/inbox/events', body) as Written,
    delivered: async () => {
      await eventually(
        () => status().pending === 0,
        () => JSON.stringify(status()),
      );
      return receiver.items();
    },
    close: async () => {
      await simulator.close();
      await receiver.close();
    },
  };
}
