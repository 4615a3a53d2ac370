import { runProgram, stopRequested } from './run-program.ts';
import { startWorker } from './start-worker.ts';
import { installRuntime } from './temporal/runtime.ts';

/** The worker program: `npm run worker`, any number of them. */
await runProgram('worker', async (config, logger) => {
  installRuntime(logger);
  const stop = stopRequested();
  const worker = await startWorker(config, process.env, logger);
  const signal = await Promise.race([stop, worker.stopped]);
  logger.info({ signal }, 'Stopping');
  await worker.close();
});
