import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildDashboard } from '../../scripts/build-dashboard.mjs';
import { startPostgres } from '../../src/embedded/postgres.ts';
import { resolveTemporalBinary } from '../../src/embedded/temporal-binary.ts';
import { startTemporalServer } from '../../src/embedded/temporal-server.ts';
import { createLogger } from '../../src/log.ts';
import { connectSql, migrate } from '../../src/store/index.ts';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/temporal/search-attributes.ts';
import { bundleWorkflows } from '../../src/temporal/worker.ts';

declare module 'vitest' {
  interface ProvidedContext {
    temporalAddress: string;
    /** A PostgreSQL URL without a database; `TEMPLATE_DATABASE` is migrated. */
    postgresUrl: string;
    workflowBundle: string;
  }
}

export const TEMPLATE_DATABASE = 'pagesync_template';

/** One Temporal server, one PostgreSQL and one workflow bundle for the whole run; all are gone afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'pagesync-test-'));
  // the user that PostgreSQL runs as must get in
  await chmod(folder, 0o755);
  const log = createLogger(process.env.LOG_LEVEL ?? 'warn', 'test-setup');
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stopAll = async () => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    const fault = await buildDashboard();
    if (fault !== null) throw new Error(fault);
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), fsync: false, log });
    stops.push(() => postgres.stop());
    const binary = await resolveTemporalBinary({ env: process.env, log });
    const temporal = await startTemporalServer({
      binary: binary.path,
      searchAttributes: SEARCH_ATTRIBUTE_TYPES,
      log,
    });
    stops.push(() => temporal.stop());

    const url = new URL(postgres.url);
    const admin = connectSql(postgres.url, 1);
    await admin.unsafe(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
    await admin.end();
    url.pathname = `/${TEMPLATE_DATABASE}`;
    const template = connectSql(url.href, 1);
    await migrate(template);
    await template.end();

    const bundle = join(folder, 'workflows.js');
    await writeFile(bundle, (await bundleWorkflows()).code);
    project.provide('temporalAddress', temporal.address);
    project.provide('postgresUrl', postgres.url);
    project.provide('workflowBundle', bundle);
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
}
