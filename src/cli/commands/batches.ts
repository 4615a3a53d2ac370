import { type Command, Option } from 'commander';
import type {
  BatchPageResource,
  BatchResource,
  BatchStatusResource,
} from '../../contract/batch-resources.ts';
import {
  BATCH_MODES,
  BATCH_PAGE_STATES,
  BATCH_STATUSES,
  type BatchMode,
  type BatchPageState,
  type BatchStatus,
  countsSentence,
} from '../../contract/batches.ts';
import { formatCount } from '../../contract/statistics.ts';
import { action, type Connect } from '../action.ts';
import type { Connection } from '../connection.ts';
import { CommandFailure } from '../failure.ts';
import { type ListOptions, positiveInteger, readList, withListOptions } from '../lists.ts';
import { paint, type Tone, terminalWidth, timeText } from '../output.ts';
import { type Column, formatTable } from '../table.ts';

interface StartOptions {
  all?: true;
  mode: BatchMode;
  depth?: number;
  concurrency?: number;
  watch?: true;
}

const TONES: Record<BatchStatus, Tone> = {
  PENDING: 'cyan',
  IN_PROGRESS: 'cyan',
  COMPLETED: 'green',
  PARTIAL: 'yellow',
  CANCELLED: 'yellow',
};

const COLUMNS: readonly Column<BatchResource>[] = [
  { title: 'CREATED', value: (batch) => timeText(batch.createdAt).slice(5) },
  {
    title: 'STATUS',
    value: (batch) => batch.status,
    paint: (cell, { status }) => paint(TONES[status], cell),
  },
  { title: 'PAGES', value: (batch) => formatCount(batch.pages), right: true },
  { title: 'DONE', value: (batch) => formatCount(batch.counts.COMPLETED), right: true },
  { title: 'MODE', value: (batch) => batch.mode, optional: true },
  { title: 'NEW', value: (batch) => formatCount(batch.totals.inserted), right: true, optional: true },
  { title: 'BATCH', value: (batch) => batch.id },
];

const PAGE_COLUMNS: readonly Column<BatchPageResource>[] = [
  { title: 'PAGE', value: (page) => page.facebookPageId },
  { title: 'NAME', value: (page) => page.name, flexible: true },
  { title: 'STATE', value: (page) => `${page.state}${page.joined ? ' (joined)' : ''}` },
  { title: 'READ', value: (page) => (page.job === null ? null : formatCount(page.job.fetched)), right: true },
  { title: 'MESSAGE', value: (page) => page.message, optional: true, flexible: true },
  { title: 'JOB', value: (page) => page.jobId, optional: true },
];

/** `batch` */
export function addBatchCommands(program: Command, connect: Connect): void {
  const batch = program.command('batch').description('sync many pages, some at a time');

  batch
    .command('start')
    .description('start a batch; pages that are being synced already are joined')
    .argument('[pages...]', 'our ids of the pages, or Facebook page IDs')
    .option('--all', 'all pages that are connected')
    .addOption(new Option('--mode <mode>', 'what to cover').choices(BATCH_MODES).default('incremental'))
    .option('--depth <n>', 'the newest messages of each conversation', positiveInteger)
    .option('--concurrency <n>', 'how many pages at a time', positiveInteger)
    .option('--watch', 'show it until it ends')
    .action(
      action<StartOptions>(connect, async (connection, options, ...pages) => {
        const { all, mode, depth, concurrency, watch } = options;
        if (pages.length > 0 === (all ?? false)) {
          throw new CommandFailure('usage', 'Name the pages, or --all.');
        }
        const started = await connection.client.createBatch({
          ...(all ? { all } : { pageIds: pages }),
          mode,
          ...(depth === undefined ? {} : { messageDepth: depth }),
          ...(concurrency === undefined ? {} : { concurrency }),
        });
        if (watch) await showToEnd(connection, started.id);
        else connection.output.show(started, batchText);
      }),
    );

  withListOptions(batch.command('list'))
    .description('list batches, newest first')
    .addOption(new Option('--status <status>', 'in this state').choices(BATCH_STATUSES))
    .action(
      action<ListOptions & { status?: BatchStatus }>(
        connect,
        async ({ client, output }, { status, ...options }) => {
          const batches = await readList(options, (query) => client.listBatches({ ...query, status }));
          output.list(batches, COLUMNS, 'There are no batches.');
        },
      ),
    );

  batch
    .command('status')
    .description('show a batch, and the pages that are being synced')
    .argument('<batch>', 'its id')
    .option('--watch', 'show it until it ends')
    .action(
      action<{ watch?: true }>(connect, async (connection, { watch }, id) => {
        if (watch) return showToEnd(connection, id);
        connection.output.show(await connection.client.getBatch(id), statusText);
      }),
    );

  withListOptions(batch.command('pages'))
    .description('list the pages of a batch, in the order of their turns')
    .argument('<batch>')
    .addOption(new Option('--state <state>', 'in this state').choices(BATCH_PAGE_STATES))
    .action(
      action<ListOptions & { state?: BatchPageState }>(
        connect,
        async ({ client, output }, { state, ...options }, id) => {
          const pages = await readList(options, (query) => client.listBatchPages(id, { ...query, state }));
          output.list(pages, PAGE_COLUMNS, 'There are no such pages.');
        },
      ),
    );

  batch
    .command('cancel')
    .description('start nothing more, and end the syncs that the batch has started; it can be resumed')
    .argument('<batch>')
    .action(
      action(connect, async ({ client, output }, _options, id) => {
        output.show(await client.cancelBatch(id), batchText);
      }),
    );

  batch
    .command('resume')
    .description('give the pages that are not complete their turn once more')
    .argument('<batch>')
    .option('--watch', 'show it until it ends')
    .action(
      action<{ watch?: true }>(connect, async (connection, { watch }, id) => {
        const resumed = await connection.client.resumeBatch(id);
        if (watch) await showToEnd(connection, id);
        else connection.output.show(resumed, batchText);
      }),
    );
}

async function showToEnd(connection: Connection, id: string): Promise<void> {
  const { watchBatch } = await import('../watch-batch.ts');
  const batch = await watchBatch(connection, id);
  if (!connection.output.json) connection.output.show(batch, batchText);
}

function batchText(batch: BatchResource): string {
  const { totals, cancelRequested, completedAt } = batch;
  return [
    `Batch ${batch.id}: ${paint(TONES[batch.status], batch.status)}${cancelRequested && completedAt === null ? ', being cancelled' : ''}`,
    `  ${batch.mode}, ${pagesText(batch.pages)}, ${batch.concurrency} at a time: ${countsSentence(batch.counts)}`,
    `  ${formatCount(totals.fetched)} conversations: ${formatCount(totals.inserted)} new, ${formatCount(totals.updated)} updated, ${formatCount(totals.unchanged)} unchanged, ${formatCount(totals.failed)} set aside; ${formatCount(totals.eventsCreated)} events`,
    ...(batch.message === null ? [] : [`  ${batch.message}`]),
  ].join('\n');
}

function statusText({ batch, working }: BatchStatusResource): string {
  const table = formatTable(PAGE_COLUMNS, working, terminalWidth());
  return [batchText(batch), ...(working.length === 0 ? [] : ['', ...table])].join('\n');
}

function pagesText(pages: number): string {
  return `${formatCount(pages)} page${pages === 1 ? '' : 's'}`;
}
