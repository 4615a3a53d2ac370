import { type Command, InvalidArgumentError, Option } from 'commander';
import { action, type Connect } from '../action.ts';
import { CommandFailure } from '../failure.ts';
import { type ListOptions, readList, withListOptions } from '../lists.ts';
import { PAGE_COLUMNS, pageText } from '../page-text.ts';
import { addConnectCommand } from './connect.ts';

interface SetOptions {
  autoSync?: 'on' | 'off';
  /** In seconds. */
  interval?: number;
}

/** `pages` */
export function addPageCommands(program: Command, connect: Connect): void {
  const pages = program.command('pages').description('list pages, connect and disconnect them');

  withListOptions(pages.command('list'))
    .description('list pages, the one connected last first')
    .action(
      action<ListOptions>(connect, async ({ client, output }, options) => {
        output.list(await readList(options, client.listPages), PAGE_COLUMNS, 'No page is connected.');
      }),
    );

  addConnectCommand(pages, connect);

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

  pages
    .command('disconnect')
    .description('read nothing of a page any more and erase its token; what is stored stays')
    .argument('<page>')
    .action(
      action(connect, async ({ client, output }, _options, page) => {
        output.show(await client.disconnectPage(page), pageText);
      }),
    );
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** For commander: `90`, `90s`, `15m`, `2h`, `1d`. */
function seconds(text: string): number {
  const [, amount, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('It must be a time such as 90s, 15m, 2h or 1d.');
  return Number(amount) * SECONDS[unit as keyof typeof SECONDS];
}
