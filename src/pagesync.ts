import { createProgram, runCommand } from './cli/program.ts';

// `pagesync … | head` closes our output before we are done with it
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// what only some commands need is loaded by those: a command takes no longer than its request
const program = createProgram(async () => (await import('./local/local-server.ts')).localServer(process.env));

program
  .command('migrate')
  .description('bring the database of DATABASE_URL up to date; API and workers do it as well when they start')
  .action(async () => {
    const [{ runProgram }, { migrateDatabase }] = await Promise.all([
      import('./run-program.ts'),
      import('./migrate-database.ts'),
    ]);
    await runProgram('migrate', migrateDatabase);
  });

program.commands
  .find((command) => command.name() === 'token')
  ?.command('rotate-keys')
  .description('encrypt all stored tokens with the first of TOKEN_ENCRYPTION_KEYS, while everything runs')
  .action(async () => {
    const [{ runProgram }, { rotateKeys }] = await Promise.all([
      import('./run-program.ts'),
      import('./rotate-keys.ts'),
    ]);
    await runProgram('rotate-keys', rotateKeys);
  });

const code = await runCommand(program, process.argv.slice(2));
// what works on the database has set its own
if (code !== 0) process.exitCode = code;
