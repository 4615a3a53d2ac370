import type {
  FailedSync,
  HealthReportResource,
  LongRunningSync,
  QuietPage,
  StuckSync,
  TokenAlert,
} from '../../../src/contract/health-report.ts';
import type { PageHealth } from '../../../src/contract/page-health.ts';
import { MODE_LABELS } from '../../../src/contract/statistics.ts';
import { formatNumberOf } from '../../format/numbers.ts';
import { PAGE_HEALTH_WORDS } from '../../format/page-health.ts';
import { formatDateTime, formatDuration, formatRelative, formatTime } from '../../format/times.ts';

/** How soon somebody should look: `now` something stands still, `soon` it will, `watch` it may be all right. */
export type Urgency = 'now' | 'soon' | 'watch';

/** Something that needs attention: what it is, what to do, and where. */
export interface Story {
  id: string;
  urgency: Urgency;
  area: 'Pages' | 'Token' | 'Sync' | 'Webhooks' | 'Rate limit';
  title: string;
  text: string;
  /** What to do. */
  advice: string;
  /** Where it can be mended or looked into; the first is the one to take. */
  links: { to: string; words: string }[];
}

/** How full Meta's meters may be before somebody should know, in percent. */
export const NEARLY_FULL = 80;

const ORDER: readonly Urgency[] = ['now', 'soon', 'watch'];

const toPage = (pageId: string, words = 'To its page') => ({ to: `/pages/${pageId}`, words });
const toJob = (jobId: string, words = 'To the sync') => ({ to: `/history/${jobId}`, words });

function tokenStory(alert: TokenAlert, nowMs: number): Story {
  const times = [alert.expiresAt, alert.dataAccessExpiresAt].filter((at) => at !== null).sort();
  const at = times[0];
  const isOver = alert.state !== 'expiring';
  return {
    id: `token-${alert.pageId}`,
    urgency: isOver ? 'now' : 'soon',
    area: 'Token',
    title: isOver
      ? `${alert.pageName} must be connected again`
      : `${alert.pageName} must be connected again soon`,
    text:
      alert.state === 'needs_reconnect'
        ? 'Meta no longer accepts its token.'
        : at === undefined
          ? 'Its token is over.'
          : `Its token, or Meta’s leave to see its data, ${isOver ? 'ended' : 'ends'} ${formatRelative(at, nowMs)} (${formatDateTime(at)}).`,
    advice: isOver
      ? 'Connect it again: its syncs go on where they stopped, and nothing is lost.'
      : 'Connect it again before, and nothing stops.',
    links: [toPage(alert.pageId, 'Connect it again')],
  };
}

const WORKFLOW_WORDS: Record<StuckSync['workflow'], { text: string; advice: string }> = {
  lost: {
    text: 'its workflow is gone',
    advice:
      'Nothing to do: the maintenance task “reconcile” closes it, and it can be continued from its page.',
  },
  running: {
    text: 'nobody works on it',
    advice: 'Look whether workers run, and what they log.',
  },
  unclear: {
    text: 'Temporal does not say why',
    advice: 'Look after Temporal: it does not answer.',
  },
};

function stuckStory(sync: StuckSync, nowMs: number): Story {
  const { text, advice } = WORKFLOW_WORDS[sync.workflow];
  return {
    id: `stuck-${sync.jobId}`,
    urgency: 'now',
    area: 'Sync',
    title: `The sync of ${sync.pageName} is stuck`,
    text: `Nothing was heard of it since ${formatTime(sync.lastHeardAt)} (${formatRelative(sync.lastHeardAt, nowMs)}): ${text}.`,
    advice,
    links: [toJob(sync.jobId), toPage(sync.pageId)],
  };
}

/** One of a page, however often it has failed. @param failures newest first */
function failedStory(failures: readonly [FailedSync, ...FailedSync[]], nowMs: number): Story {
  const [newest] = failures;
  const times = failures.length === 1 ? '' : ` ${failures.length} times in a day`;
  return {
    id: `failed-${newest.pageId}`,
    urgency: 'now',
    area: 'Sync',
    title: `Syncs of ${newest.pageName} failed${times}`.replace(/^Syncs( of .* failed)$/, 'A sync$1'),
    text: `${newest.message ?? `${MODE_LABELS[newest.mode]} failed.`} (${formatRelative(newest.completedAt, nowMs)})`,
    advice: newest.tokenExpired
      ? 'Connect the page again, then sync it.'
      : 'Read why, mend it, and sync the page again.',
    links: [
      toJob(newest.jobId, 'Why'),
      toPage(newest.pageId),
      ...(failures.length > 1
        ? [{ to: `/history?page=${newest.pageId}&status=FAILED`, words: 'All that failed' }]
        : []),
    ],
  };
}

/** @returns the failures of each page, in the order in which they came */
function byPage(failed: readonly FailedSync[]): [FailedSync, ...FailedSync[]][] {
  const pages = new Map<string, [FailedSync, ...FailedSync[]]>();
  for (const sync of failed) {
    const before = pages.get(sync.pageId);
    if (before === undefined) pages.set(sync.pageId, [sync]);
    else before.push(sync);
  }
  return [...pages.values()];
}

function longStory(sync: LongRunningSync): Story {
  const { total, fetched, waitingUntil } = sync;
  const far =
    total === null
      ? formatNumberOf(fetched, 'conversation')
      : `${fetched} of ${formatNumberOf(total, 'conversation')}`;
  return {
    id: `long-${sync.jobId}`,
    urgency: 'watch',
    area: 'Sync',
    title: `The sync of ${sync.pageName} takes long`,
    text: `At work for ${formatDuration(sync.elapsedSeconds)}, ${far} so far${waitingUntil === null ? '' : `, waiting for Meta until ${formatTime(waitingUntil)}`}.`,
    advice: 'A large inbox takes its time. Look whether it moves on.',
    links: [toJob(sync.jobId), toPage(sync.pageId)],
  };
}

function webhookStory(page: QuietPage, nowMs: number): Story {
  const isSilent = page.silentSince !== null;
  return {
    id: `webhooks-${page.pageId}`,
    urgency: 'soon',
    area: 'Webhooks',
    title: isSilent
      ? `Webhooks of ${page.pageName} do not come`
      : `Meta delivers no webhooks of ${page.pageName}`,
    text: isSilent
      ? `Since ${formatRelative(page.silentSince ?? '', nowMs)} syncs find messages that no webhook told of.`
      : (page.subscriptionError ?? 'The page is not subscribed to all that is needed.'),
    advice: isSilent
      ? 'Check the webhook settings of the app at Meta, and whether they reach this server.'
      : 'Look at its webhooks for the reason; until then its syncs find new messages.',
    links: [toPage(page.pageId)],
  };
}

function limitStories(report: HealthReportResource): Story[] {
  return report.rateLimits.data.flatMap((limit): Story[] => {
    const { usagePercent, blockedUntil, pageName, pageId, asset } = limit;
    if (blockedUntil === null && (usagePercent ?? 0) < NEARLY_FULL) return [];
    const who = limit.pool === 'app' ? 'the app' : (pageName ?? asset);
    return [
      {
        id: `limit-${asset}`,
        urgency: blockedUntil === null ? 'watch' : 'soon',
        area: 'Rate limit',
        title:
          blockedUntil === null
            ? `Meta’s limit for ${who} is nearly used up`
            : `Meta wants no calls for ${who} until ${formatTime(blockedUntil)}`,
        text:
          blockedUntil === null
            ? `${usagePercent}% of what Meta allows is used.`
            : (limit.blockedWhy ?? 'Meta’s limit is reached.'),
        advice: 'Nothing to do: syncs slow down or wait, and go on by themselves.',
        links: pageId === null ? [] : [toPage(pageId)],
      },
    ];
  });
}

/** States of pages that are no list of the report. */
const OTHER_STATES: readonly PageHealth[] = ['failing', 'incomplete', 'paused', 'stale', 'never_synced'];

function pageStories({ pages, failed }: HealthReportResource): Story[] {
  return OTHER_STATES.flatMap((health): Story[] => {
    const count = pages[health] ?? 0;
    // those that failed within a day are told of by name
    const told = health === 'failing' ? new Set(failed.data.map(({ pageId }) => pageId)).size : 0;
    if (count <= told) return [];
    const { label, advice } = PAGE_HEALTH_WORDS[health];
    return [
      {
        id: `pages-${health}`,
        urgency: health === 'failing' ? 'now' : 'watch',
        area: 'Pages',
        title: `${formatNumberOf(count, 'page')}: ${label.toLowerCase()}`,
        text: '',
        advice,
        links: [{ to: '/', words: 'To the pages' }],
      },
    ];
  });
}

/** What the report does not show of a list, which holds a hundred at most. */
function restStory(id: string, what: string, list: { count: number; data: unknown[] }): Story[] {
  const rest = list.count - list.data.length;
  if (rest <= 0) return [];
  const words = formatNumberOf(rest, `more ${what}`, `more ${what}s`);
  return [
    {
      id: `rest-${id}`,
      urgency: 'watch',
      area: 'Sync',
      title: `And ${words}`,
      text: 'They are not listed here.',
      advice: 'Mend these first.',
      links: [],
    },
  ];
}

/** All that needs attention, the most urgent first. */
export function storiesOf(report: HealthReportResource): Story[] {
  const nowMs = Date.parse(report.at);
  const stories: Story[] = [
    ...report.tokens.data.map((alert) => tokenStory(alert, nowMs)),
    ...report.stuck.data.map((sync) => stuckStory(sync, nowMs)),
    ...byPage(report.failed.data).map((failures) => failedStory(failures, nowMs)),
    ...report.webhooks.data.map((page) => webhookStory(page, nowMs)),
    ...limitStories(report),
    ...report.longRunning.data.map(longStory),
    ...pageStories(report),
    ...restStory('tokens', 'page to connect again', report.tokens),
    ...restStory('stuck', 'stuck sync', report.stuck),
    ...restStory('failed', 'failed sync', report.failed),
    ...restStory('webhooks', 'page without webhooks', report.webhooks),
    ...restStory('long', 'long sync', report.longRunning),
  ];
  return stories.sort((a, b) => ORDER.indexOf(a.urgency) - ORDER.indexOf(b.urgency));
}
