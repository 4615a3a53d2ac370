import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Program, startProgram } from '../support/program.ts';
import { type Relay, startRelay } from '../support/relay.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let relay: Relay;
const programs: Program[] = [];
beforeAll(async () => {
  stack = await startStack({ workers: 0 });
  relay = await startRelay(new URL(stack.databaseUrl).host);
});
afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await Promise.all(programs.map((program) => program.exited));
  await relay.close();
  await stack.close();
});

test.each([
  ['src/server.ts', 'API listening'],
  ['src/worker.ts', 'Worker polling'],
])('%s leaves with 0 when it is asked to, also while PostgreSQL has gone silent', async (file, ready) => {
  relay.mend();
  const databaseUrl = new URL(stack.databaseUrl);
  databaseUrl.host = relay.address;
  const program = startProgram(file, [], {
    ...stack.env,
    DATABASE_URL: databaseUrl.href,
    LOG_LEVEL: 'info',
  });
  programs.push(program);
  await eventually(
    () => program.output().includes(ready),
    () => program.output(),
    120_000,
  );
  relay.stall();
  program.kill('SIGTERM');
  let code: number | null | undefined;
  void program.exited.then((ended) => {
    code = ended;
  });
  await eventually(
    () => code !== undefined,
    () => `${file} to leave: ${program.output()}`,
    30_000,
  );
  expect(code, program.output()).toBe(0);
});
