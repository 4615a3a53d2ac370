import { setTimeout } from 'node:timers/promises';
import type { EventInput } from '../../src/store/index.ts';
import { createTools } from '../references/walk.ts';
import { atMost, type Bench } from '../result.ts';
import type { BenchPage, Installation } from '../stack/installation.ts';
import { cancelSync, sync, warmUp } from '../stack/sync.ts';
import { median, percentile } from '../statistics.ts';

const EVERY_MS = 15;
const REPETITIONS = 3;

/** Whether a message that arrives while a sync runs at full speed is stored as quickly as on an idle system. */
export const liveWrites: Bench = {
  name: 'live-writes',
  about: 'one conversation with one message at a time, idle and beside a sync at full speed',
  async run(lab) {
    const samples = lab.scaled(400, 100);
    const installation = await lab.install({ latencyMs: 0, callsPerSecond: 0, productCallsPerSecond: 0 });
    await warmUp(installation);
    // far more than is synced while the samples are taken
    const [live, busy] = await installation.connect([
      { conversations: 1, messages: 1 },
      { conversations: 1_000_000, messages: 10 },
    ]);
    if (live === undefined || busy === undefined) throw new Error('No pages');
    const writer = await createWriter(installation, live);
    await writer.sample(samples);
    const idle: number[] = [];
    const beside: number[] = [];
    for (let n = 0; n < REPETITIONS; n++) {
      lab.say(`idle and busy, ${n + 1} of ${REPETITIONS}`);
      idle.push(percentile(await writer.sample(samples), 0.99));
      const times = await whileSyncing(installation, busy, n > 0, () => writer.sample(samples));
      beside.push(percentile(times, 0.99));
    }
    return [
      {
        what: 'p99 of one write, milliseconds',
        parameters: { samples, everyMs: EVERY_MS, repetitions: REPETITIONS },
        measured: { besideSync: median(beside) },
        reference: { idle: median(idle) },
        ...atMost(3, median(beside) / median(idle), '× idle'),
      },
    ];
  },
};

/**
 * Runs something while a sync of the page is at work, which is cancelled then; fails when the sync ended before.
 *
 * @param resume go on with the sync of the last time, so that everything it stores is new
 */
async function whileSyncing<T>(
  installation: Installation,
  page: BenchPage,
  resume: boolean,
  run: () => Promise<T>,
): Promise<T> {
  const running = sync(installation, page, { resume });
  await setTimeout(1000);
  const before = await fetchedBy(installation, page);
  const result = await run();
  const after = await fetchedBy(installation, page);
  await cancelSync(installation, page);
  const { job } = await running;
  if (after <= before || job.status !== 'CANCELLED') {
    throw new Error(`The sync did not run beside the writes: ${before}, ${after}, ${job.status}`);
  }
  return result;
}

async function fetchedBy({ api }: Installation, page: BenchPage): Promise<number> {
  return (await api.getSync(page.id)).job.totals.fetched;
}

/** Writes conversations one at a time with the product's own statement, at a steady gentle rate. */
async function createWriter(installation: Installation, page: BenchPage) {
  const { store, open } = createTools(installation);
  const { jobId } = await open(page, 'messenger');
  let seq = 0;
  async function write(): Promise<number> {
    seq += 1;
    const at = new Date().toISOString();
    const event: EventInput = {
      type: 'message',
      direction: 'inbound',
      messageId: `m_live_${seq}`,
      occurredAt: at,
      text: 'Is it still there?',
      attachments: null,
      metadata: { source: 'webhook' },
    };
    const began = performance.now();
    await store.batches.store({
      jobId,
      pageId: page.id,
      platform: 'messenger',
      seq,
      nextCursor: null,
      isLast: false,
      conversations: [
        {
          graphId: `t_live_${seq}`,
          senderId: `live_${seq}`,
          senderName: 'Somebody',
          username: null,
          updatedTime: at,
          lastMessageAt: at,
          messageCount: 1,
          unreadCount: 1,
          historyCursor: null,
          historyComplete: true,
          unavailable: 0,
          events: [event],
          payload: () => null,
        },
      ],
      repeated: 0,
      failures: [],
      apiCalls: 0,
      keepIds: false,
      refresh: false,
    });
    return performance.now() - began;
  }
  return {
    /** @returns milliseconds of each write */
    async sample(count: number): Promise<number[]> {
      const times: number[] = [];
      const due = performance.now();
      for (let n = 0; n < count; n++) {
        await setTimeout(Math.max(0, due + n * EVERY_MS - performance.now()));
        times.push(await write());
      }
      return times;
    },
  };
}
