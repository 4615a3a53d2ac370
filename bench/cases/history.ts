import { atLeast, type Bench } from '../result.ts';
import { syncAll, warmUp } from '../stack/sync.ts';

/** Ten times what Meta allows: at 2 calls a second the full size would take 17 minutes and show the same. */
const CALLS_PER_SECOND = 20;
/** As much of a call's turn as Meta's 300 ms are at 2 calls a second. */
const LATENCY_MS = 30;
const MESSAGES = 400;

/** Whether the calls for older messages use the budget as fully as those for conversations. */
export const history: Bench = {
  name: 'history',
  about: `conversations of ${MESSAGES} messages, all of them fetched`,
  async run(lab) {
    const spec = { conversations: lab.scaled(500, 50), messages: MESSAGES };
    const installation = await lab.install({
      latencyMs: LATENCY_MS,
      callsPerSecond: CALLS_PER_SECOND,
      productCallsPerSecond: CALLS_PER_SECOND,
    });
    await warmUp(installation);
    const pages = await installation.connect([spec]);
    const seconds = await syncAll(installation, pages);
    const calls = await installation.simulator.control<{
      total: number;
      byEdge: Record<string, number>;
      byStatus: Record<string, number>;
    }>('GET', '/calls');
    const allowed = CALLS_PER_SECOND * seconds;
    return [
      {
        what: 'of the calls that the budget allows',
        parameters: { ...spec, callsPerSecond: CALLS_PER_SECOND, latencyMs: LATENCY_MS },
        measured: {
          seconds,
          calls: calls.total,
          ofMessages: calls.byEdge.messages ?? 0,
          throttledCalls: calls.total - (calls.byStatus['200'] ?? 0),
        },
        reference: { allowed },
        ...atLeast(0.95, calls.total / allowed, 'of the budget'),
      },
    ];
  },
};
