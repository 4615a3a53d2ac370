import { expect, inject, test } from 'vitest';
import { freePort } from '../../src/embedded/ports.ts';
import { House } from './house.ts';
import { Place } from './place.ts';

test('a worker that waits for Temporal leaves when it is asked to', { timeout: 120_000 }, async () => {
  const nobody = `127.0.0.1:${await freePort()}`;
  const servers = { postgresUrl: inject('postgresUrl'), temporalAddress: nobody };
  const house = await House.prepare(servers, {
    workers: 0,
    apis: 0,
    graphUrl: 'http://127.0.0.1:1',
    env: {},
  });
  const worker = new Place('src/worker.ts', house.env, 'Temporal does not answer yet');
  await worker.ready();
  expect(await worker.stop()).toEqual([]);
  expect(await house.drop()).toEqual([]);
});
