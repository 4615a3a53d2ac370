import { DefaultLogger, type LogLevel, Runtime } from '@temporalio/worker';
import type { Logger } from '../log.ts';

const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/**
 * Sets Temporal's native runtime up: its log goes to ours, and it leaves signals of the operating system alone,
 * because the programs stop their parts in an order of their own. Once per process, before any connection.
 */
export function installRuntime(logger: Logger): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      logger[LEVELS[level]](meta ?? {}, message);
    }),
    telemetryOptions: { logging: { forward: {}, filter: 'WARN,temporalio_sdk_core=WARN' } },
  });
}
