import { type Command, InvalidArgumentError, Option } from 'commander';
import { PLATFORMS, type Platform } from '../../contract/platform.ts';
import type { StartSyncRequest } from '../../contract/requests.ts';
import type { SyncStatusResource } from '../../contract/resources.ts';
import { formatCount, formatDuration } from '../../contract/statistics.ts';
import { SYNC_MODES, type SyncMode } from '../../contract/sync-options.ts';
import { action, type Connect } from '../action.ts';
import type { Connection } from '../connection.ts';
import { ApiError } from '../http.ts';
import { jobText } from '../job-text.ts';
import { positiveInteger } from '../lists.ts';

interface SyncOptions {
  mode?: SyncMode;
  resume?: true;
  depth?: number | 'all';
  max?: number;
  since?: string;
  until?: string;
  platform?: Platform[];
  unread?: true;
  conversation?: string[];
  watch?: true;
}

/** `sync`, and what steers and shows a page's sync. */
export function addSyncCommands(program: Command, connect: Connect): void {
  program
    .command('sync')
    .description('start a sync of a page, or take its stopped one up again')
    .argument('<page>', 'our id of the page, or the Facebook page ID')
    .addOption(new Option('--mode <mode>', 'what to cover (default: full)').choices(SYNC_MODES))
    .option('--resume', 'take the job up again that was cancelled or stopped early')
    .option('--depth <n|all>', 'the newest messages of each conversation', depth)
    .option('--max <n>', 'the most conversations', positiveInteger)
    .option('--since <time>', 'selective: of this time or later; 2026-01-31 is midnight UTC', time)
    .option('--until <time>', 'selective: not after this time', time)
    .addOption(new Option('--platform <platform...>', 'selective: of these platforms').choices(PLATFORMS))
    .option('--unread', 'selective: with unread messages')
    .option('--conversation <id...>', 'selective: these conversations')
    .option('--watch', 'show it until it ends; joins a sync that is running already')
    .action(
      action<SyncOptions>(connect, async (connection, options, page) => {
        const { client, output } = connection;
        const request = requestOf(options);
        if (!options.watch) return output.show(await client.startSync(page, request), jobText);
        try {
          await client.startSync(page, request);
        } catch (error) {
          if (!isRunning(error)) throw error;
          output.remark('The page is being synced already: this is the running job.');
        }
        await showToEnd(connection, page);
      }),
    );

  program
    .command('status')
    .description('show the newest sync of a page')
    .argument('<page>')
    .option('--watch', 'show it until it ends')
    .action(
      action<{ watch?: true }>(connect, async (connection, { watch }, page) => {
        const { client, output } = connection;
        if (!watch) return output.show(await client.getSync(page), statusText);
        await showToEnd(connection, page);
      }),
    );

  for (const [name, command, description] of [
    ['pause', 'pauseSync', 'let the running sync of a page rest'],
    ['resume', 'resumeSync', 'let the paused sync of a page go on'],
    ['cancel', 'cancelSync', 'end the running sync of a page; what is stored stays, and it can be resumed'],
  ] as const) {
    program
      .command(name)
      .description(description)
      .argument('<page>')
      .action(
        action(connect, async ({ client, output }, _options, page) => {
          output.show(
            await client[command](page),
            (job) => `${jobText(job)}\n  ${name}: taken, it takes effect in seconds`,
          );
        }),
      );
  }
}

async function showToEnd(connection: Connection, page: string): Promise<void> {
  // the bar and the stream cost every other command more than all that it does
  const { watchToEnd } = await import('../watch-to-end.ts');
  const job = await watchToEnd(connection, page);
  if (!connection.output.json) connection.output.show(job, jobText);
}

function requestOf(options: SyncOptions): Partial<StartSyncRequest> {
  const { mode, resume, depth, max, since, until, platform, unread, conversation } = options;
  const request = {
    mode,
    resume,
    messageDepth: depth,
    maxConversations: max,
    since,
    until,
    platforms: platform,
    unreadOnly: unread,
    conversationIds: conversation,
  };
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

function isRunning(error: unknown): boolean {
  return error instanceof ApiError && error.body.type === 'urn:pagesync:problem:sync-in-progress';
}

function statusText({ job, phase, streams, secondsLeft }: SyncStatusResource): string {
  const lines = (streams ?? []).map(
    (stream) =>
      `  ${stream.platform}: ${stream.state}, ${formatCount(stream.fetched)} read${stream.error === null ? '' : `, ${stream.error.message}`}`,
  );
  const left = secondsLeft === null ? '' : `, about ${formatDuration(secondsLeft * 1000)} left`;
  return [jobText(job), ...(phase === null ? [] : [`  phase: ${phase}${left}`]), ...lines].join('\n');
}

function depth(text: string): number | 'all' {
  return text === 'all' ? text : positiveInteger(text);
}

/** A day alone is its midnight in UTC; the API checks everything else. */
function time(text: string): string {
  if (Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('It must be a time such as 2026-01-31 or 2026-01-31T08:00:00+01:00.');
  }
  return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
}
