import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as messages from '../../src/contract/messages.ts';
import {
  AUTO_SYNC_WORKFLOW,
  BATCH_WORKFLOW,
  MAINTENANCE_WORKFLOW,
  SEARCH_ATTRIBUTES,
  SYNC_WORKFLOW,
  WEBHOOK_WORKFLOW,
} from '../../src/contract/names.ts';
import { createBatchControl } from '../../src/temporal/batches.ts';
import { connectClient } from '../../src/temporal/connection.ts';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/temporal/search-attributes.ts';
import { createSyncControl, TemporalUnavailable } from '../../src/temporal/sync.ts';
import * as workflows from '../../workflows/index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The sources of some folders, by their path from the root. */
function sources(...folders: string[]): [string, string][] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]);
}

describe('signals and queries', () => {
  test('have names of their own', () => {
    const names = Object.values(messages).map(({ type, name }) => `${type} ${name}`);
    expect(names.sort()).toEqual([
      'query batchProgress',
      'query progress',
      'signal cancel',
      'signal pause',
      'signal resume',
      'signal wake',
    ]);
    expect(new Set(Object.values(messages).map(({ name }) => name)).size).toBe(names.length);
  });

  test.each(sources('src', 'workflows', 'activities'))(
    '%s names none by a text, and defines none beside the contract',
    (path, source) => {
      const byText =
        /\.(signal|query|signalWithStart|executeUpdate|startUpdate)\(\s*['"`]|setHandler\(\s*['"`]|\bsignal:\s*['"`]/;
      expect(byText.exec(source)).toBeNull();
      if (path !== join('src', 'contract', 'messages.ts')) {
        expect(/define(Signal|Query|Update)\b/.exec(source)).toBeNull();
      }
    },
  );

  test('tests and benches name none by a text either', () => {
    const byText = /\.(signal|query|signalWithStart|executeUpdate|startUpdate)\(\s*['"`]/;
    const naming = sources('test', 'bench').filter(([, source]) => byText.test(source));
    expect(naming.map(([path]) => path)).toEqual([]);
  });

  test('are all handled by the workflow, before it first waits', () => {
    const [, source] = sources('workflows').find(([path]) => path === join('workflows', 'sync.ts')) ?? [
      '',
      '',
    ];
    const body = source.slice(source.indexOf('export async function SyncWorkflow'));
    const start = body.indexOf('CancellationScope.nonCancellable(');
    const others = ['wakeSignal', 'batchProgressQuery'];
    for (const name of Object.keys(messages).filter((one) => !others.includes(one))) {
      expect([name, body.indexOf(`setHandler(${name},`) > 0]).toEqual([name, true]);
      expect([name, body.indexOf(`setHandler(${name},`) < start]).toEqual([name, true]);
    }
    const [, batch] = sources('workflows').find(([path]) => path.endsWith('batch-sync.ts')) ?? ['', ''];
    const begin = batch.indexOf('CancellationScope.nonCancellable(');
    for (const name of ['batchProgressQuery', 'cancelSignal']) {
      expect([name, batch.indexOf(`setHandler(${name},`) > 0]).toEqual([name, true]);
      expect([name, batch.indexOf(`setHandler(${name},`) < begin]).toEqual([name, true]);
    }
    const [, whole] = sources('workflows').find(([path]) => path.endsWith('webhook.ts')) ?? ['', ''];
    const webhook = whole.slice(whole.indexOf('export async function WebhookWorkflow'));
    const handled = webhook.indexOf('setHandler(wakeSignal,');
    expect(handled).toBeGreaterThan(0);
    expect(webhook.indexOf('await ')).toBeGreaterThan(handled);
  });
});

describe('names that Temporal knows', () => {
  test('the workflows are exported under the names by which they are started', () => {
    expect(Object.keys(workflows).sort()).toEqual(
      [AUTO_SYNC_WORKFLOW, BATCH_WORKFLOW, MAINTENANCE_WORKFLOW, SYNC_WORKFLOW, WEBHOOK_WORKFLOW].sort(),
    );
  });

  test('every search attribute is registered as a keyword', () => {
    expect(SEARCH_ATTRIBUTE_TYPES).toEqual(
      Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map(({ name }) => [name, 'Keyword'])),
    );
  });
});

describe('while Temporal is away', () => {
  const client = connectClient({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
  const control = createSyncControl(client, 'sync');
  const batches = createBatchControl(client, 'sync');

  test('a start and a signal say so, a query answers nothing, and it is not ready', async () => {
    const options = { mode: 'full', trigger: 'manual', messageDepth: 'all', maxConversations: null } as const;
    const input = { jobId: 'j', pageId: 'p', facebookPageId: '1', resume: false, options };
    await Promise.all([
      expect(control.start(input)).rejects.toBeInstanceOf(TemporalUnavailable),
      expect(control.command({ facebookPageId: '1' }, 'pause')).rejects.toBeInstanceOf(TemporalUnavailable),
      expect(control.progress('1')).resolves.toBeNull(),
      expect(control.isReady()).resolves.toBe(false),
      expect(batches.start({ batchId: 'b' })).rejects.toBeInstanceOf(TemporalUnavailable),
      expect(batches.cancel('b', null)).rejects.toBeInstanceOf(TemporalUnavailable),
      expect(batches.progress('b')).resolves.toBeNull(),
    ]);
    await client.connection.close();
  });
});
