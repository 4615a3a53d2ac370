import { createProgram, runCommand } from './cli/program.ts';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';

// `pagesync … | head` closes our output before we are done with it
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// what only some commands need is loaded by those: a command takes no longer than its request
const program = createProgram(async () => (await import('./local/local-server.ts')).localServer(process.env));

/** Runs what works on the database itself, with the server's own variables; nothing else needs them. */
async function onDatabase(
  name: string,
  load: () => Promise<(config: Config, logger: Logger) => Promise<void>>,
) {
  const [{ runProgram }, work] = await Promise.all([import('./run-program.ts'), load()]);
  await runProgram(name, work);
}

program
  .command('migrate')
  .description('bring the database of DATABASE_URL up to date; API and workers do it as well when they start')
  .action(() => onDatabase('migrate', async () => (await import('./migrate-database.ts')).migrateDatabase));

program.commands
  .find((command) => command.name() === 'token')
  ?.command('rotate-keys')
  .description(
    'encrypt every stored page token with the first of TOKEN_ENCRYPTION_KEYS, in the database of DATABASE_URL',
  )
  .action(() =>
    onDatabase('rotate-keys', async () => (await import('./rotate-token-keys.ts')).rotateTokenKeys),
  );

const code = await runCommand(program, process.argv.slice(2));
// what works on the database has set its own
if (code !== 0) process.exitCode = code;
