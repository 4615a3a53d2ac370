import { Closers } from '../src/local/closers.ts';
import { createLogger, type Logger } from '../src/log.ts';
import { HELP, readArguments } from './arguments.ts';
import { BENCHES } from './cases/index.ts';
import { createReport, type Report } from './report.ts';
import type { Bench, Lab } from './result.ts';
import { install } from './stack/installation.ts';
import { type Servers, startServers } from './stack/servers.ts';

/** `npm run bench`: see README.md. Progress goes to standard error, results to standard output. */
async function main(): Promise<number> {
  const { benches, scale, jsonFile, list, help } = readArguments(process.argv.slice(2));
  if (help) console.log(HELP);
  if (list) for (const { name, about } of BENCHES) console.log(`${name.padEnd(18)}${about}`);
  if (help || list) return 0;

  const logger = createLogger(process.env.LOG_LEVEL || 'warn', 'bench');
  const closers = new Closers(logger);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // whoever asks twice will not wait
      if (closers.signal.aborted) process.exit(130);
      console.error('Stopping …');
      closers.stop();
    });
  }
  const report = createReport(jsonFile);
  let failed = 0;
  try {
    const servers = await startServers(closers, logger);
    for (const bench of benches) {
      if (closers.signal.aborted) break;
      console.error(`${bench.name}: ${bench.about}`);
      if (!(await runBench(bench, scale, servers, closers, report, logger))) failed += 1;
    }
  } finally {
    await closers.closeAll();
  }
  console.log(`\n${report.table()}`);
  if (closers.breakdown !== null) console.error(closers.breakdown);
  return failed > 0 || closers.breakdown !== null ? 1 : 0;
}

/** Runs one bench and stops what it started. @returns whether it could be measured, whatever came out */
async function runBench(
  bench: Bench,
  scale: number,
  servers: Servers,
  run: Closers,
  report: Report,
  logger: Logger,
): Promise<boolean> {
  const closers = new Closers(logger);
  const lab: Lab = {
    servers,
    closers,
    install: (options) => install(servers, closers, options),
    scaled: (size, least = 1) => Math.max(least, Math.round(size * scale)),
    say: (line) => console.error(`  ${line}`),
  };
  try {
    report.add(bench, scale, await Promise.race([bench.run(lab), stopped(run), stopped(closers)]));
    return true;
  } catch (error) {
    report.fail(bench, scale, error);
    return false;
  } finally {
    await closers.closeAll();
  }
}

/** Fails when somebody asks to stop, or when a part ends by itself. */
function stopped(closers: Closers): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new Error(closers.breakdown ?? 'stopped'));
    if (closers.signal.aborted) stop();
    else closers.signal.addEventListener('abort', stop, { once: true });
  });
}

main().then(
  (code) => {
    // at once: what a stopped bench still had in hand must not hold the program
    process.exit(code);
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
