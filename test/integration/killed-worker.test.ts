import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobResource, SyncStatusResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { type Program, startProgram } from '../support/program.ts';
import { type Stack, startStack, type TestPage } from '../support/stack.ts';
import { expectInboxStored } from '../support/truth.ts';

const CONVERSATIONS = 2000;

let stack: Stack;
const programs: Program[] = [];
beforeAll(async () => {
  stack = await startStack({ workers: 0, env: { SYNC_SLICE_SECONDS: '0.3' } });
});
afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await Promise.all(programs.map((program) => program.exited));
  await stack.close();
});

function startWorkerProgram(): Program {
  const program = startProgram('src/worker.ts', [], { ...stack.env, LOG_LEVEL: 'info' });
  programs.push(program);
  return program;
}

const fetched = (page: TestPage, least: number) =>
  eventually(async () => {
    const { body } = await stack.api.get<SyncStatusResource>(`/api/pages/${page.id}/sync`);
    return body.job.totals.fetched >= least ? body.job : null;
  }, `${least} conversations`);

test('a worker killed in the middle and started again: same rows and totals as an undisturbed run', async () => {
  const page = await stack.addPage({ conversations: CONVERSATIONS });
  stack.simulator.control('POST', '/latency', { ms: 60 });
  const first = startWorkerProgram();
  const { body: started } = await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);
  await fetched(page, 600);
  first.kill('SIGKILL');
  await first.exited;
  const { totals } = await fetched(page, 600);
  expect(totals.fetched).toBeLessThan(CONVERSATIONS);

  startWorkerProgram();
  const job = await stack.ended(page);
  expect(job).toMatchObject({ id: started.id, status: 'COMPLETED', total: CONVERSATIONS });
  expect(job.totals).toMatchObject({
    fetched: CONVERSATIONS,
    inserted: CONVERSATIONS,
    unchanged: 0,
    failed: 0,
  });
  await expectInboxStored(stack, page);
});

test('a worker that is asked to stop stores what it has in hand and leaves with 0; another goes on at once', async () => {
  const page = await stack.addPage({ conversations: CONVERSATIONS });
  stack.simulator.control('POST', '/latency', { ms: 60 });
  const leaving = programs.at(-1);
  await stack.api.post(`/api/pages/${page.id}/sync`);
  await fetched(page, 400);
  startWorkerProgram();
  leaving?.kill('SIGTERM');
  expect(await leaving?.exited).toBe(0);
  const job = await stack.ended(page);
  expect(job).toMatchObject({ status: 'COMPLETED' });
  expect(job.totals).toMatchObject({ fetched: CONVERSATIONS, inserted: CONVERSATIONS, unchanged: 0 });
});

test('neither token nor text of a message is in a log or a history', async () => {
  const page = await stack.addPage({ conversations: 50 });
  await stack.api.post(`/api/pages/${page.id}/sync`);
  await stack.ended(page);
  const rows = await stack.sql<{ text: string; sender_name: string }[]>`
    SELECT e.text, c.sender_name FROM contact_interaction_events e
    JOIN messenger_conversations c ON c.id = e.conversation_id
    WHERE c.page_id = ${page.id} AND length(e.text) > 12`;
  expect(rows.length).toBeGreaterThan(10);
  const history = await stack.temporal.workflow.getHandle(page.facebookPageId).fetchHistory();
  const payloads = JSON.stringify(history, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
  );
  expect(payloads).toContain(page.facebookPageId);
  const output = programs.map((program) => program.output()).join('');
  expect(output).toContain('Sync ended');
  for (const place of [payloads, output]) {
    expect(place).not.toContain(page.accessToken);
    expect(place).not.toContain(stack.config.apiToken);
    for (const { text, sender_name } of rows) {
      expect(place.includes(text)).toBe(false);
      expect(place.includes(sender_name)).toBe(false);
    }
  }
});

test('an incomplete environment: exit code 1 and one message that names the variables', async () => {
  const program = startProgram('src/worker.ts', [], { TOKEN_ENCRYPTION_KEYS: 'short' });
  programs.push(program);
  expect(await program.exited).toBe(1);
  expect(program.output()).toContain('DATABASE_URL: is not set');
  expect(program.output()).toContain('TOKEN_ENCRYPTION_KEYS: each key must be 32 bytes');
  expect(program.output()).not.toContain('short');
});
