import type { Edge, Platform } from './types.ts';

/** One Graph call as the log keeps it. `path` never holds a token; status 0 = no answer was sent. */
export type LoggedCall = {
  at: string;
  path: string;
  status: number;
  ms: number;
  edge: Edge;
  page: string | null;
  platform: Platform | null;
};

/** One call of the conversations edge: what a walk looks like from here. */
export type ListCall = {
  page: string;
  platform: Platform;
  after: string | null;
  before: string | null;
  limit: string | null;
  status: number;
};

const LOG_SIZE = 1000;
const LIST_CALLS_SIZE = 200_000;

/** Counts and remembers Graph calls. Bounded: the last 1,000 calls, the first 200,000 list calls. */
export class CallLog {
  #log: LoggedCall[] = [];
  #listCalls: ListCall[] = [];
  #total = 0;

  /** Calls since the start or the last clear. */
  get total(): number {
    return this.#total;
  }

  record(call: LoggedCall, list: ListCall | null): void {
    this.#total += 1;
    this.#log.push(call);
    if (this.#log.length > 2 * LOG_SIZE) this.#log = this.#log.slice(-LOG_SIZE);
    if (list && this.#listCalls.length < LIST_CALLS_SIZE) this.#listCalls.push(list);
    const counter = this.#counterOf(call.page ?? '-');
    counter.total += 1;
    counter.byEdge[call.edge] = (counter.byEdge[call.edge] ?? 0) + 1;
    if (call.platform) counter.byPlatform[call.platform] = (counter.byPlatform[call.platform] ?? 0) + 1;
    counter.byStatus[call.status] = (counter.byStatus[call.status] ?? 0) + 1;
  }

  clear(): void {
    this.#log = [];
    this.#listCalls = [];
    this.#total = 0;
    this.#counters.clear();
  }

  /** What was called, of one page or of all (null). */
  report(pageId: string | null): CallReport {
    const sum = newCounter();
    for (const [id, counter] of this.#counters) {
      if (pageId !== null && id !== pageId) continue;
      sum.total += counter.total;
      for (const key of ['byEdge', 'byPlatform', 'byStatus'] as const) {
        for (const [name, value] of Object.entries(counter[key])) {
          sum[key][name] = (sum[key][name] ?? 0) + value;
        }
      }
    }
    const ofPage = (call: { page: string | null }) => pageId === null || call.page === pageId;
    return {
      ...sum,
      listCalls: this.#listCalls.filter(ofPage),
      log: this.#log.slice(-LOG_SIZE).filter(ofPage),
    };
  }

  readonly #counters = new Map<string, Counter>();

  #counterOf(page: string): Counter {
    const counter = this.#counters.get(page) ?? newCounter();
    this.#counters.set(page, counter);
    return counter;
  }
}

type Counter = {
  total: number;
  byPlatform: Record<string, number>;
  byEdge: Record<string, number>;
  byStatus: Record<string, number>;
};

/** The counts with the calls themselves. */
export type CallReport = Counter & { listCalls: ListCall[]; log: LoggedCall[] };

function newCounter(): Counter {
  return { total: 0, byPlatform: {}, byEdge: {}, byStatus: {} };
}
