import { type Simulator, startSimulator } from '../../simulator/server.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import { isPortFree } from '../../src/embedded/ports.ts';
import type { ApiClient } from './api-client.ts';
import type { Random } from './random.ts';

/** A page of the simulator; its inbox follows from the random numbers alone. */
export interface InboxPage {
  facebookPageId: string;
  instagramAccountId: string;
  accessToken: string;
  conversations: number;
}

/** One call of the conversations edge, as the simulator remembers it. */
export interface ListCall {
  page: string;
  platform: string;
  after: string | null;
  status: number;
}

/** A Graph API of our own, with its pages. */
export interface Graph {
  url: string;
  pages: InboxPage[];
  control: Simulator['control'];
  /** From now on every call takes so long. */
  latency(ms: number): void;
  /** Calls of the conversations edge since `forgive`, in the order in which they ended. */
  listCalls(): ListCall[];
  /** Forgets all calls, and takes all faults back that were not met. */
  forgive(): void;
  /** @returns what is left behind */
  close(): Promise<string[]>;
}

/** One in seven conversations has more messages than come with it. */
const MEAN_MESSAGES = 10;

export async function startGraph(random: Random, sizes: readonly number[]): Promise<Graph> {
  const simulator = await startSimulator({ conversations: 0 });
  const { control } = simulator;
  const pages = sizes.map((conversations) => {
    const digits = String(random.between(1, 10 ** 12 - 1)).padStart(12, '0');
    const facebookPageId = `2${digits}`;
    const page: InboxPage = {
      facebookPageId,
      instagramAccountId: `178${facebookPageId}`,
      accessToken: `token-of-${facebookPageId}`,
      conversations,
    };
    control('POST', '/pages', {
      id: facebookPageId,
      name: `Page ${facebookPageId}`,
      token: page.accessToken,
      instagramAccountId: page.instagramAccountId,
      conversations,
      instagramShare: 0.3,
      messages: MEAN_MESSAGES,
      exactMessages: false,
      seed: random.between(1, 1_000_000),
    });
    return page;
  });
  return {
    url: simulator.url,
    pages,
    control,
    latency: (ms) => control('POST', '/latency', { ms }),
    listCalls: () => (control('GET', '/calls') as { listCalls: ListCall[] }).listCalls,
    forgive() {
      control('DELETE', '/faults');
      control('DELETE', '/calls');
    },
    async close() {
      await simulator.close();
      const { port } = simulator;
      return (await isPortFree(port)) ? [] : [`port ${port} of the simulator is still taken`];
    },
  };
}

/** Connects every page. */
export async function connectPages(api: ApiClient, pages: InboxPage[]): Promise<PageResource[]> {
  const connected: PageResource[] = [];
  for (const { facebookPageId, instagramAccountId, accessToken } of pages) {
    const { status, body } = await api.post('/api/pages', {
      facebookPageId,
      name: `Page ${facebookPageId}`,
      accessToken,
      instagramAccountId,
    });
    if (status !== 201) throw new Error(`Connecting a page: ${status} ${JSON.stringify(body)}`);
    connected.push(body);
  }
  return connected;
}
