import { Command } from 'commander';
import { addBatchCommands } from './commands/batches.ts';
import { addJobCommands } from './commands/jobs.ts';
import { addNotificationCommands } from './commands/notifications.ts';
import { addPageCommands } from './commands/pages.ts';
import { addSyncCommands } from './commands/sync.ts';
import { addTokenCommands } from './commands/tokens.ts';
import { connectionOf, type GlobalOptions, type LocalServer } from './connection.ts';
import { exitCodesText } from './exit-codes.ts';
import { reportFailure } from './failure.ts';

/**
 * The command line, speaking HTTP.
 *
 * @param local what is known of an installation on this machine
 */
export function createProgram(local: () => Promise<LocalServer>): Command {
  const program = new Command('pagesync')
    .description('Syncs the inboxes of Facebook pages into your own PostgreSQL.')
    .option(
      '--url <url>',
      'the server (PAGESYNC_URL; default: npm start on this machine, http://localhost:3000)',
    )
    .option(
      '--token-file <file>',
      'holds the API token (or PAGESYNC_API_TOKEN; npm start on this machine has its own)',
    )
    .option('--json', 'one JSON document on standard output; with --watch one a line')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('after', exitCodesText())
    .exitOverride();
  const connect = (command: Command) =>
    connectionOf(command.optsWithGlobals<GlobalOptions>(), process.env, local);
  addSyncCommands(program, connect);
  addPageCommands(program, connect);
  addJobCommands(program, connect);
  addBatchCommands(program, connect);
  addNotificationCommands(program, connect);
  addTokenCommands(program, connect);
  return program;
}

/** Runs a command. @returns the exit code */
export async function runCommand(program: Command, args: string[]): Promise<number> {
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return reportFailure(error, program.opts<GlobalOptions>().json ?? false);
  }
}
