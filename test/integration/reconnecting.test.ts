import { createHmac } from 'node:crypto';
import { ScheduleNotFoundError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import type { FacebookLoginResource } from '../../src/contract/facebook-login.ts';
import { autoSyncId } from '../../src/contract/names.ts';
import type { JobResource, PageResource } from '../../src/contract/resources.ts';
import { connectingUnderTest } from '../support/connecting-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { begin, LOGIN_SECRET, press } from '../support/login-under-test.ts';
import type { TestPage } from '../support/stack.ts';
import { expectInboxStored } from '../support/truth.ts';

const under = connectingUnderTest();
const { control, send, pageOf, pageAtMeta, connect, inStatus } = under;

/** Signs in, up to the list of pages. */
async function signIn(pages: { id: string; tasks?: string[] }[]): Promise<FacebookLoginResource> {
  control('/users', { pages });
  const begun = await begin(under.stack);
  const { code, state } = await press(begun);
  const { status, body } = await send<FacebookLoginResource>(
    'POST',
    `/api/facebook-logins/${begun.id}/complete`,
    { code, state },
  );
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

describe('a page that needs to be connected again', () => {
  test('parks its sync; the next login lets it go on, and nothing is lost', async () => {
    const id = pageAtMeta(120);
    const [page] = (await connect(await signIn([{ id }]), { all: true })).body.data;
    if (page === undefined) throw new Error('The page is not connected');
    control('/latency', { ms: 60 });
    await send('POST', `/api/pages/${id}/sync`);
    await eventually(async () => {
      const { body } = await send<{ job: JobResource }>('GET', `/api/pages/${id}/sync`);
      return body.job.totals.fetched > 0;
    }, 'the first conversations');
    control('/token', { page: id, state: 'expired' });
    expect(await inStatus(page, 'PAUSED')).toMatchObject({ tokenExpired: true });
    expect(await pageOf(id)).toMatchObject({
      token: { state: 'needs_reconnect', error: expect.any(String) },
    });
    control('/latency', { ms: 0 });
    await connect(await signIn([{ id }]), { facebookPageIds: [id] });
    expect(await inStatus(page, 'COMPLETED')).toMatchObject({
      totals: { fetched: 120, inserted: 120, failed: 0 },
    });
    await expectInboxStored(under.stack, page as TestPage);
  });

  test('disconnected in the middle of a sync: all stops, the data stays, and a resume loses nothing', async () => {
    const page = await under.stack.addPage({ conversations: 600 });
    await fetch(
      `${under.stack.simulator.url}/v25.0/${page.facebookPageId}/subscribed_apps?${new URLSearchParams({
        subscribed_fields: 'messages',
        access_token: page.accessToken,
        appsecret_proof: proofOf(page.accessToken),
      })}`,
      { method: 'POST' },
    );
    await send('PATCH', `/api/pages/${page.id}`, { autoSync: true, syncIntervalSeconds: 86_400 });
    expect(await hasSchedule(page)).toBe(true);
    control('/latency', { ms: 600 });
    await send('POST', `/api/pages/${page.id}/sync`);
    await eventually(async () => {
      const { body } = await send<{ job: JobResource }>('GET', `/api/pages/${page.id}/sync`);
      return body.job.totals.fetched > 0;
    }, 'the first conversations');
    const gone = await send<PageResource>('DELETE', `/api/pages/${page.facebookPageId}`);
    expect(gone).toMatchObject({
      status: 200,
      body: { disconnectedAt: expect.any(String), token: { state: 'disconnected' } },
    });
    expect(await inStatus(page, 'CANCELLED')).toBeTruthy();
    expect(await hasSchedule(page)).toBe(false);
    control('/latency', { ms: 0 });
    const { pages } = under.stack.simulator.control('GET', '/webhooks') as {
      pages: { id: string; state: string }[];
    };
    expect(pages.find(({ id }) => id === page.facebookPageId)).toMatchObject({ state: 'none' });
    for (const request of [{}, { resume: true }]) {
      expect(await send('POST', `/api/pages/${page.id}/sync`, request)).toMatchObject({
        status: 409,
        body: { type: 'urn:pagesync:problem:not-connected' },
      });
    }
    const [kept] = await under.stack
      .sql`SELECT count(*)::int AS n FROM messenger_conversations WHERE page_id = ${page.id}`;
    expect(kept?.n).toBeGreaterThan(0);
    expect((await send('DELETE', `/api/pages/${page.id}`)).status, 'again').toBe(200);
    expect((await send('PATCH', `/api/pages/${page.id}`, { name: 'Renamed' })).body).toMatchObject({
      name: 'Renamed',
    });
    const listed = async (query: string) =>
      (await send<{ data: PageResource[] }>('GET', `/api/pages?limit=200${query}`)).body.data.some(
        ({ id }) => id === page.id,
      );
    expect([await listed(''), await listed('&connected=false'), await listed('&connected=all')]).toEqual([
      false,
      true,
      true,
    ]);

    const { facebookPageId, accessToken, instagramAccountId } = page;
    const back = await send<PageResource>('POST', '/api/pages', {
      facebookPageId,
      name: 'Back',
      accessToken,
      instagramAccountId,
    });
    expect(back).toMatchObject({ status: 200, body: { id: page.id, disconnectedAt: null } });
    expect(await hasSchedule(page)).toBe(true);
    await send('PATCH', `/api/pages/${page.id}`, { autoSync: false });
    await eventually(async () => {
      // the workflow ends a moment after its job
      const { status } = await send('POST', `/api/pages/${page.id}/sync`, { resume: true });
      return status === 202;
    }, 'the resumed sync');
    expect(await inStatus(page, 'COMPLETED')).toMatchObject({ totals: { fetched: 600, inserted: 600 } });
    await expectInboxStored(under.stack, page);
  });

  test('a sync that is started while its page is being disconnected ends as well', async () => {
    const page = await under.stack.addPage({ conversations: 600 });
    control('/latency', { ms: 2000 });
    const { id } = control('/faults', {
      match: { page: page.facebookPageId, edge: 'subscribed_apps' },
      fault: { kind: 'delay', ms: 1000 },
    }) as { id: string };
    const gone = send<PageResource>('DELETE', `/api/pages/${page.id}`);
    await eventually(() => {
      const rules = under.stack.simulator.control('GET', '/faults') as { id: string; hits: number }[];
      return rules.some((rule) => rule.id === id && rule.hits > 0);
    }, 'the call to unsubscribe');
    expect((await send('POST', `/api/pages/${page.id}/sync`)).status).toBe(202);
    expect((await gone).body).toMatchObject({ disconnectedAt: expect.any(String) });
    expect(await inStatus(page, 'CANCELLED')).toBeTruthy();
  });
});

const hasSchedule = (page: TestPage) =>
  under.stack.temporal.schedule
    .getHandle(autoSyncId(under.stack.config.queuePrefix, page.facebookPageId))
    .describe()
    .then(
      () => true,
      (error: unknown) => {
        if (error instanceof ScheduleNotFoundError) return false;
        throw error;
      },
    );

function proofOf(token: string): string {
  return createHmac('sha256', LOGIN_SECRET).update(token).digest('hex');
}
