import { type Config, ConfigError, readConfig } from './config.ts';
import { createLogger, type Logger } from './log.ts';

/** Resolves with the name of the first signal that asks the program to stop. */
export function stopRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, resolve);
  });
}

/**
 * Runs a program: reads the environment, and leaves with exit code 1 and one clear message when it is incomplete
 * or the program breaks down.
 */
export async function runProgram(
  name: string,
  main: (config: Config, logger: Logger) => Promise<void>,
): Promise<void> {
  let config: Config;
  try {
    config = readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
    return;
  }
  const logger = createLogger(config.logLevel, name);
  try {
    await main(config, logger);
  } catch (error) {
    logger.fatal({ err: error }, `${name} failed`);
    // at once: native threads would keep a broken program alive, and nothing would start it again
    process.exit(1);
  }
}
