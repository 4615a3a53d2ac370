import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONFIG = path.join(ROOT, '.dependency-cruiser.cjs');
const FOLDERS = ['src', 'workflows', 'activities', 'simulator', 'test'];

/** A house in which every arrow points the right way. */
const LAWFUL: Record<string, string> = {
  'package.json': JSON.stringify({
    name: 'house',
    type: 'module',
    dependencies: {
      zod: '*',
      '@temporalio/workflow': '*',
      '@temporalio/activity': '*',
      '@temporalio/client': '*',
    },
    devDependencies: { vitest: '*' },
  }),
  'src/contract/names.ts': `import { z } from 'zod';\nexport const names = z;\n`,
  'src/config.ts': `export interface Config { port: number }\n`,
  'src/log.ts': `export const log = 1;\n`,
  'src/graph/index.ts': `export * from './request.ts';\n`,
  'src/graph/request.ts': `import type { names } from '../contract/names.ts';\nexport type Request = typeof names;\n`,
  'src/store/index.ts': `export { sql } from './sql.ts';\n`,
  'src/store/sql.ts': `import '../contract/names.ts';\nimport 'node:fs';\nexport const sql = 1;\n`,
  'src/connect/index.ts': `import '../graph/index.ts';\nimport '../store/index.ts';\nimport '../contract/names.ts';\nexport * from './login.ts';\n`,
  'src/connect/login.ts': `export const login = 1;\n`,
  'src/temporal/connect.ts': `import '@temporalio/client';\nimport '../contract/names.ts';\nimport '../log.ts';\nexport const connect = 1;\n`,
  'src/api/app.ts': `import { sql } from '../store/index.ts';\nimport { connect } from '../temporal/connect.ts';\nexport const app = [sql, connect];\n`,
  'src/start-api.ts': `import { app } from './api/app.ts';\nimport type { Config } from './config.ts';\nexport const start = (_: Config) => app;\n`,
  'src/server.ts': `import { start } from './start-api.ts';\nstart({ port: 1 });\n`,
  'src/embedded/postgres.ts': `import 'node:fs';\nimport './ports.ts';\n`,
  'src/embedded/ports.ts': `export const port = 1;\n`,
  'activities/index.ts': `import '@temporalio/activity';\nimport '../src/graph/index.ts';\nimport '../src/store/index.ts';\nimport '../src/contract/names.ts';\nexport const createActivities = 1;\n`,
  'workflows/sync.ts': `import '@temporalio/workflow';\nimport type { createActivities } from '../activities/index.ts';\nimport '../src/contract/names.ts';\nexport type A = typeof createActivities;\n`,
  'simulator/main.ts': `import 'node:http';\nimport './world.ts';\n`,
  'simulator/world.ts': `export const world = 1;\n`,
  'test/any.test.ts': `import 'vitest';\nimport '../src/api/app.ts';\nimport '../src/store/sql.ts';\nimport '../src/graph/request.ts';\nimport './support.ts';\n`,
  'test/support.ts': `export const support = 1;\n`,
};

/** Rule, the file that breaks it, what is in that file. Every rule is broken at least once. */
const UNLAWFUL: [rule: string, file: string, text: string][] = [
  [
    'webhook-reads-meta',
    'src/webhook/bad-type.ts',
    `import type { Config } from '../config.ts';\nexport type B = Config;`,
  ],
  [
    'contract-stands-alone',
    'src/contract/bad-log.ts',
    `import { log } from '../log.ts';\nexport default log;`,
  ],
  [
    'contract-stands-alone',
    'src/contract/bad-type.ts',
    `import type { Config } from '../config.ts';\nexport type B = Config;`,
  ],
  [
    'contract-stands-alone',
    'src/contract/bad-reexport.ts',
    `export type { A } from '../../workflows/sync.ts';`,
  ],
  ['contract-without-node', 'src/contract/bad-node.ts', `import 'node:crypto';`],
  [
    'workflows-deterministic',
    'workflows/bad-node.ts',
    `import { readFile } from 'node:fs/promises';\nexport default readFile;`,
  ],
  ['workflows-deterministic', 'workflows/bad-package.ts', `import { z } from 'zod';\nexport default z;`],
  [
    'workflows-deterministic',
    'workflows/bad-client.ts',
    `import type { Client } from '@temporalio/client';\nexport type C = Client;`,
  ],
  [
    'workflows-deterministic',
    'workflows/bad-store.ts',
    `import type { sql } from '../src/store/index.ts';\nexport type S = typeof sql;`,
  ],
  [
    'activities-between-graph-and-store',
    'activities/bad-config.ts',
    `import type { Config } from '../src/config.ts';\nexport type C = Config;`,
  ],
  [
    'activities-between-graph-and-store',
    'activities/bad-temporal.ts',
    `import { connect } from '../src/temporal/connect.ts';\nexport default connect;`,
  ],
  [
    'activities-temporal',
    'activities/bad-client.ts',
    `import { Client } from '@temporalio/client';\nexport default Client;`,
  ],
  [
    'graph-knows-contract',
    'src/graph/bad-store.ts',
    `import { sql } from '../store/index.ts';\nexport default sql;`,
  ],
  ['store-knows-contract', 'src/store/bad-log.ts', `export const later = () => import('../log.ts');`],
  [
    'temporal-knows-contract',
    'src/temporal/bad-store.ts',
    `import { sql } from '../store/index.ts';\nexport default sql;`,
  ],
  [
    'connect-between-graph-and-store',
    'src/connect/bad-temporal.ts',
    `import { connect } from '../temporal/connect.ts';\nexport default connect;`,
  ],
  ['connect-by-its-index', 'src/api/bad-connect.ts', `import '../connect/login.ts';`],
  ['api-starts-and-asks', 'src/api/bad-graph.ts', `import '../graph/index.ts';`],
  [
    'api-starts-and-asks',
    'src/api/bad-workflow.ts',
    `import type { A } from '../../workflows/sync.ts';\nexport type B = A;`,
  ],
  [
    'cli-knows-contract',
    'src/cli/bad-config.ts',
    `import type { Config } from '../config.ts';\nexport type C = Config;`,
  ],
  [
    'web-without-node',
    'web/bad-files.tsx',
    `import 'node:fs';
export const Files = () => <p />;
`,
  ],
  [
    'web-knows-contract',
    'web/bad-store.ts',
    `import { sql } from '../src/store/index.ts';\nexport default sql;`,
  ],
  ['embedded-stands-alone', 'src/embedded/bad-contract.ts', `import '../contract/names.ts';`],
  [
    'simulator-stands-alone',
    'simulator/bad-contract.ts',
    `import type { names } from '../src/contract/names.ts';\nexport type N = typeof names;`,
  ],
  ['api-is-started', 'src/bad-api.ts', `import { app } from './api/app.ts';\nexport default app;`],
  ['programs-are-run', 'src/bad-server.ts', `import './server.ts';`],
  ['programs-are-run', 'test/bad-server.test.ts', `import '../src/server.ts';`],
  [
    'store-by-its-index',
    'activities/bad-sql.ts',
    `import { sql } from '../src/store/sql.ts';\nexport default sql;`,
  ],
  [
    'graph-by-its-index',
    'activities/bad-request.ts',
    `import type { Request } from '../src/graph/request.ts';\nexport type R = Request;`,
  ],
  [
    'tests-are-not-imported',
    'src/bad-test.ts',
    `import { support } from '../test/support.ts';\nexport default support;`,
  ],
  ['production-packages', 'simulator/bad-dev.ts', `import { it } from 'vitest';\nexport default it;`],
  [
    'production-packages',
    'simulator/bad-undeclared.ts',
    `import express from 'express';\nexport default express;`,
  ],
  ['imports-exist', 'simulator/bad-typo.ts', `import './wrold.ts';`],
  ['no-circles', 'simulator/bad-circle.ts', `import './square.ts';`],
  ['no-orphans', 'simulator/bad-orphan.ts', `export const alone = 1;`],
];

/** Lawful, were it not for what it belongs to; a circle is told of once. */
const OTHER_HALF = { 'simulator/square.ts': `import type {} from './bad-circle.ts';\n` };

interface Violation {
  rule: { name: string };
  from: string;
}

/** Runs dependency-cruiser with our rules over a folder, as `npm test` does. */
async function violationsIn(folder: string): Promise<string[]> {
  const bin = path.join(ROOT, 'scripts/import-arrows.mjs');
  const args = [bin, '--config', CONFIG, '--output-type', 'json', ...FOLDERS, 'web'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  });
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[]; totalCruised: number } };
  expect(summary.totalCruised).toBeGreaterThan(10);
  return [...new Set(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`))].sort();
}

async function build(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pagesync-layers-'));
  for (const [file, text] of Object.entries({
    'web/main.ts': `import '../src/contract/names.ts';`,
    ...files,
  })) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
  return folder;
}

describe('the arrows between the folders', () => {
  const folders: string[] = [];
  let lawful: string[];
  let unlawful: string[];

  beforeAll(async () => {
    const bad = Object.fromEntries(UNLAWFUL.map(([, file, text]) => [file, `${text}\n`]));
    folders.push(await build(LAWFUL), await build({ ...LAWFUL, ...OTHER_HALF, ...bad }));
    [lawful, unlawful] = (await Promise.all(folders.map(violationsIn))) as [string[], string[]];
  });

  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

  it('lets a house pass in which all of them point the right way', () => {
    expect(lawful).toEqual([]);
  });

  it('refuses each that points the wrong way, and nothing else', () => {
    expect(unlawful).toEqual(UNLAWFUL.map(([rule, file]) => `${rule}: ${file}`).sort());
  });

  it('has no rule that was never seen to refuse something', () => {
    const { forbidden } = createRequire(import.meta.url)(CONFIG) as { forbidden: { name: string }[] };
    const broken = new Set(UNLAWFUL.map(([rule]) => rule));
    expect(forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});
