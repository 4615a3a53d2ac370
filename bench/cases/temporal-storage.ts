import { syncWorkflowId } from '../../src/contract/names.ts';
import { atMost, type Bench, type Lab, type Result } from '../result.ts';
import { countActions } from '../stack/actions.ts';
import { syncAll, warmUp } from '../stack/sync.ts';
import { readTemporalRequests } from '../stack/temporal-metrics.ts';

const CALLS_PER_SECOND = 2;
const LATENCY_MS = 300;

/** What a sync leaves in Temporal, and what Temporal Cloud would count of it. */
export const temporalStorage: Bench = {
  name: 'temporal-storage',
  about: 'history bytes, events and Actions per 1,000 conversations',
  async run(lab) {
    lab.say('no limit');
    const fast = await measure(lab, { latencyMs: 0, callsPerSecond: 0, productCallsPerSecond: 0 });
    lab.say("at Meta's pace");
    const slow = await measure(lab, { latencyMs: LATENCY_MS, callsPerSecond: CALLS_PER_SECOND });
    const result: Result = {
      what: 'Actions per 1,000 conversations',
      parameters: { conversations: slow.conversations, messages: 10, callsPerSecond: CALLS_PER_SECOND },
      measured: slow.perThousand,
      reference: Object.fromEntries(
        Object.entries(fast.perThousand).map(([name, value]) => [`${name}WithoutLimit`, value]),
      ),
      ...atMost(5, slow.perThousand.actions, "at Meta's pace"),
    };
    return [result];
  },
};

async function measure(lab: Lab, options: Parameters<Lab['install']>[0]) {
  const conversations = lab.scaled(10_000, 1000);
  const installation = await lab.install(options);
  await warmUp(installation, 300);
  const pages = await installation.connect([{ conversations, messages: 10 }]);
  const [page] = pages;
  if (page === undefined) throw new Error('No page');
  const { temporal, temporalMetricsUrl, temporalBytes } = lab.servers;
  const bytesBefore = await temporalBytes();
  const heartbeatsBefore = await heartbeats(temporalMetricsUrl);
  await syncAll(installation, pages);
  const heartbeatsMade = (await heartbeats(temporalMetricsUrl)) - heartbeatsBefore;
  const databaseBytes = (await temporalBytes()) - bytesBefore;
  const stored = await countActions(temporal, syncWorkflowId(page.facebookPageId));
  const per = (value: number) => (value * 1000) / conversations;
  return {
    conversations,
    perThousand: {
      actions: per(stored.actions + heartbeatsMade),
      ofThemHeartbeats: per(heartbeatsMade),
      events: per(stored.events),
      historyBytes: per(stored.historyBytes),
      databaseBytes: per(databaseBytes),
      runs: per(stored.runs),
    },
  };
}

/** Heartbeats stand in no history: Temporal's server counts those that reach it. */
async function heartbeats(metricsUrl: string): Promise<number> {
  return (await readTemporalRequests(metricsUrl)).get('RecordActivityTaskHeartbeat') ?? 0;
}
