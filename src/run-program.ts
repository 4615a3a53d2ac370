import { type Config, ConfigError, readConfig } from './config.ts';
import { createLogger, type Logger } from './log.ts';
import { isDatabaseAway } from './store/index.ts';

/** Resolves with the name of the first signal that asks the program to stop. */
export function stopRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, resolve);
  });
}

/**
 * Runs a program and ends the process with it: exit code 0, or 1 and one clear message when the environment is
 * incomplete or the program breaks down.
 *
 * @param servesBrowsers as `readConfig` wants to know it
 */
export async function runProgram(
  name: string,
  main: (config: Config, logger: Logger) => Promise<void>,
  servesBrowsers = false,
): Promise<void> {
  let config: Config;
  try {
    config = readConfig(process.env, servesBrowsers);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
    return;
  }
  const logger = createLogger(config.logLevel, name);
  outliveDatabase(logger);
  try {
    await main(config, logger);
    // a connection to a server that has gone silent would keep a stopped program alive
    process.exit(0);
  } catch (error) {
    logger.fatal({ err: error }, `${name} failed`);
    // at once: native threads would keep a broken program alive, and nothing would start it again
    process.exit(1);
  }
}

/**
 * Keeps a process alive when a connection to PostgreSQL breaks in its first moment: the driver then asks for its types and
 * lets nobody wait for the answer (postgres.js, `fetchArrayTypes`). Statements of ours fail where they are awaited.
 */
export function outliveDatabase(logger: Logger): void {
  process.on('unhandledRejection', (error) => {
    if (!isDatabaseAway(error)) throw error;
    logger.warn({ err: error }, 'A connection to PostgreSQL broke while it was made');
  });
}
