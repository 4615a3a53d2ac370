import {
  type HealthReportResource,
  healthReportResource,
  type StuckSync,
} from '../contract/health-report.ts';
import { hasLostWorkflow } from '../contract/maintenance.ts';
import { messageHistoryQuery, messageHistoryResource } from '../contract/message-history.ts';
import { syncWorkflowId } from '../contract/names.ts';
import { syncHistoryQuery, syncHistoryResource } from '../contract/sync-history.ts';
import { type SilentSync, sqlState } from '../store/index.ts';
import { type ApiDeps, requirePage } from './deps.ts';
import { type Operation, operation } from './operation.ts';
import { invalidParameter } from './problem.ts';

/** SQLSTATE of a time zone that PostgreSQL does not know. */
const UNKNOWN_TIME_ZONE = '22023';

const MESSAGES = `All messages that are stored count at the time when they were sent, whatever brought them here, also those that
were unsent since. A response is the page’s first message, from whatever app, after a customer’s first unanswered one.`;

const REPORT = `The same as the SQL views \`stuck_syncs\`, \`long_running_syncs\`, \`failed_syncs\`, \`token_alerts\`, \`page_states\` and
\`rate_limit_headroom\`; of syncs that are silent Temporal is asked whether their workflow is there.`;

/** `/api/analytics/…` and `/api/health-report`: what has happened, and what needs attention. */
export function historyOperations(deps: ApiDeps): Operation[] {
  const { store } = deps;
  return [
    operation({
      method: 'get',
      path: '/api/analytics/syncs',
      id: 'getSyncHistory',
      tag: 'History',
      summary: 'Syncs by day, of one page or of all',
      description:
        'A sync counts on the day of its end; repairs of single conversations are no syncs. Jobs are kept for a while only.',
      scope: 'read',
      query: syncHistoryQuery,
      answers: { 200: { description: 'The days, oldest first', body: syncHistoryResource } },
      problems: ['not-found'],
      async handle({ query: { pageId, ...query } }) {
        const page = pageId === undefined ? null : await requirePage(store, pageId);
        const body = await inKnownZone(store.analytics.syncHistory(page?.id ?? null, query));
        return { status: 200, body };
      },
    }),

    operation({
      method: 'get',
      path: '/api/analytics/messages',
      id: 'getMessageHistory',
      tag: 'History',
      summary: 'Messages by day and by hour of the week, and response times, of one page or of all',
      description: MESSAGES,
      scope: 'read',
      query: messageHistoryQuery,
      answers: { 200: { description: 'The days, oldest first', body: messageHistoryResource } },
      problems: ['not-found'],
      async handle({ query: { pageId, ...query } }) {
        const page = pageId === undefined ? null : await requirePage(store, pageId);
        const body = await inKnownZone(store.analytics.messageHistory(page?.id ?? null, query));
        return { status: 200, body };
      },
    }),

    operation({
      method: 'get',
      path: '/api/health-report',
      id: 'getHealthReport',
      tag: 'History',
      summary: 'What needs attention: stuck, long-running and failed syncs, tokens, webhooks, rate limits',
      description: REPORT,
      scope: 'read',
      answers: { 200: { description: 'The report', body: healthReportResource } },
      async handle() {
        return { status: 200, body: await healthReport(deps) };
      },
    }),
  ];
}

/** @throws Problem 400 when PostgreSQL does not know the time zone */
async function inKnownZone<T>(history: Promise<T>): Promise<T> {
  try {
    return await history;
  } catch (error) {
    if (sqlState(error)?.code !== UNKNOWN_TIME_ZONE) throw error;
    throw invalidParameter('timeZone', 'is not known to PostgreSQL');
  }
}

async function healthReport({ store, lookUpWorkflow }: ApiDeps): Promise<HealthReportResource> {
  const { stuck, ...report } = await store.health.report();
  const workflowOf = async (sync: SilentSync): Promise<StuckSync['workflow']> => {
    const workflow = await lookUpWorkflow(syncWorkflowId(sync.facebookPageId));
    if (workflow.state === 'unclear') return 'unclear';
    return hasLostWorkflow(sync.workflowRunId, workflow) ? 'lost' : 'running';
  };
  const data = await Promise.all(
    stuck.data.map(async (sync): Promise<StuckSync> => {
      const { workflowRunId: _runId, ...shown } = sync;
      return { ...shown, workflow: await workflowOf(sync) };
    }),
  );
  return { ...report, stuck: { count: stuck.count, data } };
}
