import { atMost, type Bench } from '../result.ts';
import { expectStored } from '../stack/inbox.ts';
import type { BenchPage, Installation } from '../stack/installation.ts';
import { sync, syncAll, warmUp } from '../stack/sync.ts';

const PLATFORMS = 2;

/** What it costs to look again at an inbox in which nothing has happened. */
export const unchanged: Bench = {
  name: 'unchanged',
  about: 'the same inbox again, in full and by a smart sync',
  async run(lab) {
    const spec = { conversations: lab.scaled(10_000, 1000), messages: 10, instagramShare: 0.3 };
    const installation = await lab.install({ latencyMs: 0, callsPerSecond: 0, productCallsPerSecond: 0 });
    const { sql } = installation;
    await warmUp(installation);
    const pages = await installation.connect([spec]);
    const [page] = pages;
    if (page === undefined) throw new Error('No page');

    const start = await walPosition(installation);
    const firstSeconds = await syncAll(installation, pages);
    const firstWal = await walSince(installation, start);
    // what autovacuum would do in a while belongs to the first sync, and must not run beside the second
    await sql`VACUUM (ANALYZE)`;

    const [{ xid } = { xid: '0' }] = await sql<{ xid: string }[]>`SELECT pg_current_xact_id()::text AS xid`;
    const again = await walPosition(installation);
    const second = await sync(installation, page);
    const secondWal = await walSince(installation, again);
    const written = await rowsSince(installation, xid);
    await expectStored(installation, pages);
    if (second.job.totals.unchanged !== spec.conversations) {
      throw new Error(`The second sync says ${JSON.stringify(second.job.totals)}`);
    }

    const smart = await smartSync(installation, page);
    const measured = {
      firstSeconds,
      firstWalBytes: firstWal,
      secondSeconds: second.seconds,
      secondWalBytes: secondWal,
      rowsWritten: written,
      smart: smart.outcome,
      smartCalls: smart.calls,
    };
    const line = { parameters: spec, measured, reference: { firstWalBytes: firstWal } };
    return [
      { what: 'rows of the inbox written', ...line, ...atMost(0, written, 'rows') },
      { what: 'write-ahead log', ...line, ...atMost(0.01, secondWal / firstWal, "of the first sync's") },
      { what: 'calls of a smart sync', ...line, ...atMost(1, smart.calls / PLATFORMS, 'a platform') },
    ];
  },
};

/** A sync that asks first whether anything is new; without calls when the product does not take it. */
async function smartSync(
  installation: Installation,
  page: BenchPage,
): Promise<{ outcome: string; calls: number }> {
  const { simulator } = installation;
  await simulator.control('DELETE', '/calls');
  try {
    const { job, seconds } = await sync(installation, page, { mode: 'incremental' });
    const { total } = await simulator.control<{ total: number }>('GET', '/calls');
    return { outcome: `${job.status} after ${seconds} s`, calls: total };
  } catch (error) {
    return {
      outcome: `failed: ${error instanceof Error ? error.message : String(error)}`,
      calls: Number.NaN,
    };
  }
}

async function walPosition({ sql }: Installation): Promise<string> {
  const [row] = await sql<{ lsn: string }[]>`SELECT pg_current_wal_insert_lsn()::text AS lsn`;
  return row?.lsn ?? '0/0';
}

async function walSince({ sql }: Installation, lsn: string): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`
    SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), ${lsn}::text::pg_lsn)::float8 AS bytes`;
  return row?.bytes ?? Number.NaN;
}

/** Rows inserted or changed by this transaction or a later one; none is ever deleted. */
async function rowsSince({ sql }: Installation, xid: string): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`
    SELECT ((SELECT count(*) FROM contacts WHERE xmin::text::bigint >= ${xid}::text::bigint)
      + (SELECT count(*) FROM messenger_conversations WHERE xmin::text::bigint >= ${xid}::text::bigint)
      + (SELECT count(*) FROM contact_interaction_events WHERE xmin::text::bigint >= ${xid}::text::bigint))::int AS rows`;
  return row?.rows ?? Number.NaN;
}
