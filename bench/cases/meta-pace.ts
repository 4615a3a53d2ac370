import { atLeast, type Bench } from '../result.ts';
import { syncAll, warmUp } from '../stack/sync.ts';

const CALLS_PER_SECOND = 2;
const LATENCY_MS = 300;
const PER_CALL = 100;

/** What the product makes of the two calls a second that Meta allows: its own default, against a simulator that insists. */
export const metaPace: Bench = {
  name: 'meta-pace',
  about: "one page at Meta's 2 calls a second, 300 ms a call",
  async run(lab) {
    const spec = { conversations: lab.scaled(10_000, 1000), messages: 10 };
    const installation = await lab.install({ latencyMs: LATENCY_MS, callsPerSecond: CALLS_PER_SECOND });
    await warmUp(installation, 300);
    const pages = await installation.connect([spec]);
    lab.say(`about ${Math.ceil(spec.conversations / PER_CALL / CALLS_PER_SECOND)} s`);
    const seconds = await syncAll(installation, pages);
    const calls = await installation.simulator.control<{ total: number; byStatus: Record<string, number> }>(
      'GET',
      '/calls',
    );
    const throttled = calls.total - (calls.byStatus['200'] ?? 0);
    const ceiling = CALLS_PER_SECOND * PER_CALL;
    const rate = spec.conversations / seconds;
    return [
      {
        what: 'of what Meta allows',
        parameters: { ...spec, callsPerSecond: CALLS_PER_SECOND, latencyMs: LATENCY_MS },
        measured: { conversationsPerSecond: rate, seconds, calls: calls.total, throttledCalls: throttled },
        reference: { ceiling },
        ...atLeast(0.97, rate / ceiling, `of ${ceiling} conversations a second`),
      },
    ];
  },
};
