import type { Command } from 'commander';
import type { ApiTokenResource } from '../../contract/access.ts';
import type { Scope } from '../../contract/scopes.ts';
import { action, type Connect } from '../action.ts';
import { type ListOptions, positiveInteger, readList, withListOptions } from '../lists.ts';
import { timeText } from '../output.ts';
import type { Column } from '../table.ts';

const COLUMNS: readonly Column<ApiTokenResource>[] = [
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'SCOPE', value: ({ scope }) => scope },
  { title: 'STATE', value: stateOf },
  { title: 'LAST USED', value: ({ lastUsedAt }) => timeText(lastUsedAt) || 'never', optional: true },
  { title: 'EXPIRES', value: ({ expiresAt }) => timeText(expiresAt) || 'never', optional: true },
  { title: 'ID', value: ({ id }) => id },
];

/** `token`, `sign-in-link` */
export function addTokenCommands(program: Command, connect: Connect): void {
  const token = program
    .command('token')
    .description('API tokens, and the keys that page tokens are encrypted with');

  token
    .command('create')
    .description('make an API token; it is shown this once')
    .argument('<name>', 'what it is for')
    .requiredOption('--scope <scope>', 'read: look; sync: run syncs too; admin: everything')
    .option('--expires-in-days <n>', 'how long it is good for (default: for ever)', positiveInteger)
    .action(
      action<{ scope: Scope; expiresInDays?: number }>(connect, async ({ client, output }, options, name) => {
        const created = await client.createToken({ name, ...options });
        output.remark(`Token "${created.name}" (${created.scope}), id ${created.id}. It is shown this once:`);
        output.show(created, ({ token }) => token);
      }),
    );

  withListOptions(token.command('list'))
    .description('list API tokens, never the tokens themselves')
    .action(
      action<ListOptions>(connect, async ({ client, output }, options) => {
        output.list(await readList(options, client.listTokens), COLUMNS, 'There are no tokens.');
      }),
    );

  token
    .command('revoke')
    .description('make an API token worthless')
    .argument('<id>')
    .action(
      action(connect, async ({ client, output }, _options, id) => {
        output.show(await client.revokeToken(id), ({ name }) => `Revoked: ${name}`);
      }),
    );

  program
    .command('sign-in-link')
    .description('make a link that signs one browser in to the dashboard, once, within ten minutes')
    .option('--scope <scope>', 'of the session: read, sync or admin', 'admin')
    .action(
      action<{ scope: Scope }>(connect, async ({ client, output }, options) => {
        output.show(await client.createSignInLink(options), ({ url }) => url);
      }),
    );
}

function stateOf({ revokedAt, expiresAt }: ApiTokenResource): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'valid';
}
