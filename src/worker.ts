import { runProgram, stopRequested } from './run-program.ts';
import { startWorker } from './start-worker.ts';
import { installRuntime } from './temporal/runtime.ts';

/** The worker program: `npm run worker`, any number of them. */
await runProgram('worker', async (config, logger) => {
  installRuntime(logger);
  const stop = stopRequested();
  const worker = await Promise.race([startWorker(config, process.env, logger), stop]);
  if (typeof worker === 'string') {
    logger.info({ signal: worker }, 'Stopping before the start was complete');
    // nothing is in hand yet, and what waits for Temporal would keep the program alive
    process.exit(0);
  }
  const signal = await Promise.race([stop, worker.stopped]);
  logger.info({ signal }, 'Stopping');
  await worker.close();
});
