import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import type { PageResource, pageDetailResource } from '../../contract/resources.ts';
import { formatDuration } from '../../contract/statistics.ts';
import { action, type Connect } from '../action.ts';
import { readSecret } from '../ask-secret.ts';
import { CommandFailure } from '../failure.ts';
import { type ListOptions, readList, withListOptions } from '../lists.ts';
import { paint, timeText } from '../output.ts';
import type { Column } from '../table.ts';

interface ConnectOptions {
  name: string;
  /** `false`: `--no-instagram`. */
  instagram?: string | false;
  tokenStdin?: true;
}

interface SetOptions {
  autoSync?: 'on' | 'off';
  /** In seconds. */
  interval?: number;
}

const COLUMNS: readonly Column<PageResource>[] = [
  { title: 'PAGE', value: (page) => page.facebookPageId },
  { title: 'NAME', value: (page) => page.name, flexible: true },
  { title: 'TOKEN', value: tokenText, paint: (cell, page) => paint(tokenTone(page), cell) },
  { title: 'LAST SYNCED', value: (page) => timeText(page.lastSyncedAt) || 'never' },
  {
    title: 'AUTO',
    value: (page) => (page.autoSync ? formatDuration(page.syncIntervalSeconds * 1000) : 'off'),
    optional: true,
  },
  { title: 'INSTAGRAM', value: (page) => page.instagramAccountId, optional: true },
  { title: 'WEBHOOKS', value: (page) => page.webhooks.subscription, optional: true },
  { title: 'ID', value: (page) => page.id, optional: true },
];

/** `pages` */
export function addPageCommands(program: Command, connect: Connect): void {
  const pages = program.command('pages').description('list pages, connect and disconnect them');

  withListOptions(pages.command('list'))
    .description('list pages, the one connected last first')
    .action(
      action<ListOptions>(connect, async ({ client, output }, options) => {
        output.list(await readList(options, client.listPages), COLUMNS, 'No page is connected.');
      }),
    );

  pages
    .command('connect')
    .description('connect a page by its access token; a page that is connected gets the new token')
    .argument('<page>', 'the Facebook page ID')
    .requiredOption('--name <name>', 'of the page, as it is shown')
    .option('--instagram <id>', 'its Instagram account; not named, it stays as it is')
    .option('--no-instagram', 'it has no Instagram account')
    .option('--token-stdin', 'read the token from standard input instead of asking for it')
    .action(
      action<ConnectOptions>(connect, async ({ client, output }, options, page) => {
        const accessToken = await readSecret('Page access token', options.tokenStdin ?? false);
        const connected = await client.connectPage({
          facebookPageId: page,
          name: options.name,
          accessToken,
          instagramAccountId: options.instagram === false ? null : options.instagram,
        });
        output.show(connected, (page) => `Connected.\n${pageText(page)}`);
      }),
    );

  pages
    .command('show')
    .description('show a page')
    .argument('<page>')
    .action(
      action(connect, async ({ client, output }, _options, page) => {
        output.show(await client.getPage(page), pageText);
      }),
    );

  pages
    .command('set')
    .description('change how a page is synced by itself')
    .argument('<page>')
    .addOption(new Option('--auto-sync <on|off>', 'whether it is').choices(['on', 'off']))
    .option('--interval <time>', 'how often: 90s, 15m, 2h, 1d', seconds)
    .action(
      action<SetOptions>(connect, async ({ client, output }, { autoSync, interval }, page) => {
        if (autoSync === undefined && interval === undefined) {
          throw new CommandFailure('usage', 'Say what to change: --auto-sync, --interval.');
        }
        const changes = {
          ...(autoSync === undefined ? {} : { autoSync: autoSync === 'on' }),
          ...(interval === undefined ? {} : { syncIntervalSeconds: interval }),
        };
        output.show(await client.patchPage(page, changes), pageText);
      }),
    );
}

function tokenText(page: PageResource): string {
  return page.tokenState === 'valid' ? 'valid' : 'reconnect';
}

function tokenTone(page: PageResource): 'green' | 'red' {
  return page.tokenState === 'valid' ? 'green' : 'red';
}

function pageText(page: PageResource & Partial<z.infer<typeof pageDetailResource>>): string {
  const next = page.nextAutoSyncAt ? `, next at ${timeText(page.nextAutoSyncAt)}` : '';
  const every = formatDuration(page.syncIntervalSeconds * 1000);
  return [
    `Page ${page.facebookPageId}: ${page.name}`,
    `  id ${page.id}, Instagram account ${page.instagramAccountId ?? 'none'}`,
    `  token ${paint(tokenTone(page), tokenText(page))}, last synced ${timeText(page.lastSyncedAt) || 'never'}, webhooks ${page.webhooks.subscription}`,
    `  automatic syncs ${page.autoSync ? `every ${every}${next}` : 'off'}`,
  ].join('\n');
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** For commander: `90`, `90s`, `15m`, `2h`, `1d`. */
function seconds(text: string): number {
  const [, amount, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('It must be a time such as 90s, 15m, 2h or 1d.');
  return Number(amount) * SECONDS[unit as keyof typeof SECONDS];
}
