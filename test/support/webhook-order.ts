import { expect } from 'vitest';
import { applyItem } from '../../activities/webhook/apply-item.ts';
import { inLanes } from '../../activities/webhook/lanes.ts';
import { mapDelivery } from '../../activities/webhook/map-item.ts';
import { PLATFORMS } from '../../src/contract/platform.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import type { Batch, PendingDelivery } from '../../src/store/index.ts';
import type { TestStore } from './store-under-test.ts';
import type { Day, DayReading } from './webhook-day.ts';
import { inEntries, itemsOf, PAGE_IDS, type PlacedItem } from './webhook-day-items.ts';
import { FIRST_READING, LAST_READING, readingOf } from './webhook-day-readings.ts';

/** What happens next: a delivery is applied, or a reading is stored. */
type Step = { delivery: PendingDelivery } | { reading: DayReading };

/** How a day happened: each thing at its time, and once. */
export function asItHappened(day: Day): Step[] {
  const seen = new Set<string>();
  const items = itemsOf(day)
    .map((item) => ({ ...item, place: item.raw.timestamp }))
    .filter(({ raw }) => !seen.has(JSON.stringify(raw)) && seen.add(JSON.stringify(raw)));
  const readings = day.readings.map((reading) => ({ ...reading, place: reading.at }));
  return inOrder(day, items, readings);
}

/** The same in the day's mixed order, with repetitions. Readings of a page come one after another, as syncs do. */
export function mixed(day: Day): Step[] {
  const places = day.readings.map(({ place }) => place).sort((a, b) => a - b);
  const readings = [...day.readings]
    .sort((a, b) => a.at - b.at)
    .map((reading, index) => ({ ...reading, place: places[index] ?? 0 }));
  return inOrder(day, itemsOf(day), readings);
}

function inOrder(day: Day, items: PlacedItem[], readings: DayReading[]): Step[] {
  const all = [...items, ...readings].sort((a, b) => a.place - b.place);
  const steps: Step[] = [];
  let some: PlacedItem[] = [];
  const flush = () => {
    steps.push(...inEntries(day, some).map((delivery) => ({ delivery })));
    some = [];
  };
  for (const one of all) {
    if ('raw' in one) some.push(one);
    else {
      flush();
      steps.push({ reading: one });
    }
  }
  flush();
  return steps;
}

/** A page to which days happen. */
export class DayPage {
  readonly #it: TestStore;
  readonly #page: PageResource;
  readonly #jobId: string;
  readonly #seq = { messenger: 0, instagram: 0 };

  private constructor(it: TestStore, page: PageResource, jobId: string) {
    this.#it = it;
    this.#page = page;
    this.#jobId = jobId;
  }

  static async create(it: TestStore): Promise<DayPage> {
    const page = await it.newPage();
    return new DayPage(it, page, await it.runningJob(page));
  }

  /** Lets a day happen; its conversations have tags when they were known before. */
  async play(day: Day, steps: readonly Step[]): Promise<void> {
    if (day.isSynced) {
      await this.read(day, FIRST_READING);
      await this.#it
        .sql`UPDATE messenger_conversations SET tags = '{ai:hot,vip}' WHERE page_id = ${this.#page.id}`;
    }
    for (const step of steps) {
      if ('reading' in step) await this.read(day, step.reading);
      else await this.apply(step.delivery);
    }
  }

  /** Two drains apply the day at once, one of them from its end, while a sync stores its readings. */
  async playAtOnce(day: Day): Promise<void> {
    if (day.isSynced) await this.play(day, []);
    const deliveries = mixed(day).flatMap((step) => ('delivery' in step ? step.delivery : []));
    const readings = mixed(day).flatMap((step) => ('reading' in step ? step.reading : []));
    await Promise.all([
      this.#drain(deliveries),
      this.#drain([...deliveries].reverse()),
      (async () => {
        for (const reading of readings) await this.read(day, reading);
      })(),
    ]);
    // what a sweep does for a change that was kept while its message was being stored
    await this.#it.store.webhookItems.settle();
  }

  async #drain(deliveries: PendingDelivery[]): Promise<void> {
    const people = (delivery: PendingDelivery) =>
      JSON.stringify(delivery.entry).match(/person-\d/)?.[0] ?? '';
    await inLanes(deliveries, 8, people, (delivery) => this.apply(delivery));
  }

  async apply(delivery: PendingDelivery): Promise<void> {
    for (const mapped of mapDelivery(delivery, PAGE_IDS)) {
      if (mapped.what !== 'item') throw new Error(`Not applied: ${JSON.stringify(mapped)}`);
      const failure = await applyItem(this.#it.store, this.#page.id, delivery.id, mapped, () => {});
      if (failure !== null) throw new Error(failure.detail ?? failure.reason);
    }
  }

  async read(day: Day, reading: DayReading): Promise<void> {
    for (const platform of PLATFORMS) {
      const conversations = readingOf(day, platform, reading);
      const change: Partial<Batch> = { platform, refresh: reading.refresh };
      this.#seq[platform] += 1;
      await this.#it.batches.store(
        this.#it.batch(this.#page, this.#jobId, this.#seq[platform], conversations, change),
      );
    }
  }

  /** The reading that ends a day which had others. */
  readLast(day: Day): Promise<void> {
    return this.read(day, LAST_READING);
  }

  /**
   * All rows of the page, and what was set aside, without ids and times of ours. Left out besides:
   * - `version`, which says how often a conversation was changed.
   * - text "0" of a message that no webhook brought: it is what was sent only when a sync has read it before its edits.
   * - tags of a conversation with a postback, which is a message to Graph alone: it stands before a reply, or does not.
   *
   * Triggers are not compared: whether a message answers ours is asked when either of the two comes, and what was told to
   * automation cannot be taken back when another message turns out to stand between them.
   */
  async rows(): Promise<Record<string, unknown>> {
    const [row] = await this.#it.sql<{ rows: Record<string, unknown> }[]>`
      WITH conversation AS (SELECT c.*, concat_ws(' ', platform, sender_id, graph_conversation_id) AS label
        FROM messenger_conversations c WHERE page_id = ${this.#page.id})
      SELECT jsonb_build_object(
        'conversations', (SELECT jsonb_agg(to_jsonb(c) - '{id,page_id,contact_id,version,created_at,updated_at,activity_at}'::text[]
            || jsonb_build_object('contact', coalesce(p.messenger_psid, p.instagram_sid), 'tags', CASE WHEN NOT EXISTS (
              SELECT FROM contact_interaction_events e WHERE e.conversation_id = c.id AND event_type = 'postback')
              THEN to_jsonb(c.tags) END) ORDER BY label)
          FROM conversation c LEFT JOIN contacts p ON p.id = c.contact_id),
        'contacts', (SELECT jsonb_agg(to_jsonb(p) - '{id,page_id,created_at,updated_at}'::text[]
            ORDER BY messenger_psid, instagram_sid) FROM contacts p WHERE page_id = ${this.#page.id}),
        'events', (SELECT jsonb_agg(CASE WHEN e.metadata ->> 'source' = 'webhook' THEN shown ELSE shown #- '{metadata,texts,0}' END
            ORDER BY c.label, event_type, message_id, occurred_at) FROM contact_interaction_events e
          JOIN conversation c ON c.id = e.conversation_id CROSS JOIN LATERAL (
            SELECT to_jsonb(e) - '{id,page_id,conversation_id,created_at}'::text[] || jsonb_build_object('in', c.label) AS shown) r),
        'pending', (SELECT jsonb_agg(to_jsonb(w) - '{page_id,conversation_id,created_at}'::text[] || jsonb_build_object('in', c.label)
            ORDER BY message_id, change) FROM webhook_pending_changes w JOIN conversation c ON c.id = w.conversation_id),
        'failures', (SELECT jsonb_agg(to_jsonb(f)) FROM sync_failures f WHERE page_id = ${this.#page.id})) AS rows`;
    return row?.rows ?? {};
  }

  /** Every trigger is for a message of a customer that a webhook brought. */
  async expectTriggers(): Promise<void> {
    const wrong = await this.#it.sql`
      SELECT t.message_id, e.direction FROM automation_triggers t LEFT JOIN contact_interaction_events e
        ON e.page_id = t.page_id AND e.message_id = t.message_id AND e.event_type = 'message'
      WHERE t.page_id = ${this.#page.id}
        AND (e.direction = 'inbound' AND e.metadata ->> 'source' = 'webhook' AND e.conversation_id = t.conversation_id) IS NOT TRUE`;
    expect([...wrong]).toEqual([]);
  }

  /** Takes the page and all that it has away. */
  async drop(): Promise<void> {
    await this.#it.sql`DELETE FROM facebook_pages WHERE id = ${this.#page.id}`;
  }
}
