import type { Command } from 'commander';
import type { FacebookLoginResource, LoginPageResource } from '../../contract/facebook-login.ts';
import { action, type Connect } from '../action.ts';
import { readSecret } from '../ask-secret.ts';
import type { Connection } from '../connection.ts';
import { CommandFailure } from '../failure.ts';
import { interruption } from '../interruption.ts';
import { PAGE_COLUMNS, pageText } from '../page-text.ts';
import { type Column, formatTable } from '../table.ts';
import type { TypedLines } from '../typed-lines.ts';

interface ConnectOptions {
  name?: string;
  /** `false`: `--no-instagram`. */
  instagram?: string | false;
  tokenStdin?: true;
  login?: true;
  pages?: string[];
  all?: true;
}

type Chosen = { facebookPageIds: string[] } | { all: true };

const COLUMNS: readonly Column<LoginPageResource>[] = [
  { title: 'PAGE', value: (page) => page.facebookPageId },
  { title: 'NAME', value: (page) => page.name, flexible: true },
  { title: 'MESSAGES', value: ({ canMessage }) => (canMessage ? 'yes' : 'no: the task is missing') },
  { title: 'CONNECTED', value: ({ connected }) => (connected ? 'yes' : '') },
];

/** `pages connect` */
export function addConnectCommand(pages: Command, connect: Connect): void {
  pages
    .command('connect')
    .description(
      'connect a page by its access token, or pages by Facebook Login; a connected one gets the new token',
    )
    .argument('[page]', 'the Facebook page ID; with --login none')
    .option('--name <name>', 'of the page, as it is shown')
    .option('--instagram <id>', 'its Instagram account; not named, it stays as it is')
    .option('--no-instagram', 'it has no Instagram account')
    .option('--token-stdin', 'read the token from standard input instead of asking for it')
    .option('--login', 'sign in with Facebook in a browser')
    .option('--pages <ids...>', 'with --login: connect these pages')
    .option('--all', 'with --login: connect all pages whose messages the person may read')
    .action(
      action<ConnectOptions>(connect, async (connection, options, page) => {
        if (options.login) await byLogin(connection, options, page);
        else await byToken(connection, options, page);
      }),
    );
}

async function byToken(
  { client, output }: Connection,
  options: ConnectOptions,
  page?: string,
): Promise<void> {
  const { name, instagram, tokenStdin = false } = options;
  if (page === undefined || name === undefined) {
    throw new CommandFailure('usage', 'Name the page and its --name, or sign in with --login.');
  }
  const accessToken = await readSecret('Page access token', tokenStdin);
  const instagramAccountId = instagram === false ? null : instagram;
  const connected = await client.connectPage({ facebookPageId: page, name, accessToken, instagramAccountId });
  output.show(connected, (page) => `Connected.\n${pageText(page)}`);
}

async function byLogin(
  { client, output }: Connection,
  options: ConnectOptions,
  page?: string,
): Promise<void> {
  const { pages, all } = options;
  if (page !== undefined) throw new CommandFailure('usage', 'With --login, pages are named by --pages.');
  const chosen: Chosen | null = all ? { all } : pages === undefined ? null : { facebookPageIds: pages };
  if (chosen === null && !process.stdin.isTTY) {
    throw new CommandFailure('usage', 'Nobody can be asked which pages: name them with --pages, or --all.');
  }
  // a listener and what reads lines are of no use to other commands
  const [{ signInWithFacebook }, { readTypedLines }] = await Promise.all([
    import('../facebook-login.ts'),
    import('../typed-lines.ts'),
  ]);
  const lines = readTypedLines();
  try {
    const login = await signInWithFacebook(client, lines, interruption());
    const { data } = await client.connectFacebookPages(login.id, chosen ?? (await ask(login, lines)));
    output.list({ data, nextCursor: null }, PAGE_COLUMNS, 'No page was connected.');
  } finally {
    lines.close();
  }
}

/** @throws CommandFailure when there is nothing to choose from, or nothing is chosen */
async function ask({ pages }: FacebookLoginResource, lines: TypedLines): Promise<Chosen> {
  if (pages === null || pages.length === 0) throw new CommandFailure('notFound', 'The person has no pages.');
  const table = formatTable(COLUMNS, pages, process.stderr.columns ?? 80).join('\n');
  process.stderr.write(`\n${table}\n\nWhich of them? Page IDs, or "all": `);
  const answer = await lines.next();
  return answer === 'all' ? { all: true } : { facebookPageIds: answer.split(/[\s,]+/) };
}
