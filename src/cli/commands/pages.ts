import type { Command } from 'commander';
import type { PageResource } from '../../contract/resources.ts';
import { action, type Connect } from '../action.ts';
import { readSecret } from '../ask-secret.ts';
import { type ListOptions, readList, withListOptions } from '../lists.ts';
import { paint, timeText } from '../output.ts';
import type { Column } from '../table.ts';

interface ConnectOptions {
  name: string;
  /** `false`: `--no-instagram`. */
  instagram?: string | false;
  tokenStdin?: true;
}

const COLUMNS: readonly Column<PageResource>[] = [
  { title: 'PAGE', value: (page) => page.facebookPageId },
  { title: 'NAME', value: (page) => page.name, flexible: true },
  { title: 'TOKEN', value: tokenText, paint: (cell, page) => paint(tokenTone(page), cell) },
  { title: 'LAST SYNCED', value: (page) => timeText(page.lastSyncedAt) || 'never' },
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
}

function tokenText(page: PageResource): string {
  return page.tokenState === 'valid' ? 'valid' : 'reconnect';
}

function tokenTone(page: PageResource): 'green' | 'red' {
  return page.tokenState === 'valid' ? 'green' : 'red';
}

function pageText(page: PageResource): string {
  return [
    `Page ${page.facebookPageId}: ${page.name}`,
    `  id ${page.id}, Instagram account ${page.instagramAccountId ?? 'none'}`,
    `  token ${paint(tokenTone(page), tokenText(page))}, last synced ${timeText(page.lastSyncedAt) || 'never'}, webhooks ${page.webhooks.subscription}`,
  ].join('\n');
}
