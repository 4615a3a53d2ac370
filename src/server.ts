import { runProgram, stopRequested } from './run-program.ts';
import { startApi } from './start-api.ts';

/** The API program: `npm run server`, any number of them. */
await runProgram(
  'api',
  async (config, logger) => {
    const api = await startApi(config, process.env, logger);
    logger.info({ signal: await stopRequested() }, 'Stopping');
    await api.close();
  },
  true,
);
