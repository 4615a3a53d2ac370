import { type Fields, fieldsOf } from '../contract/json-fields.ts';
import { parseCleanJson } from '../graph/index.ts';

/** An entry with items for a page or an Instagram account, as it is stored. */
export interface WebhookEntry {
  /** Page id or Instagram account id: where the entry belongs, whatever `object` says. */
  id: string;
  /** The entry as JSON: ids are text, text is clean. */
  json: string;
}

/** What one POST of Meta brought. */
export interface WebhookBody {
  /** `page`, `instagram`, or something we do not know. */
  object: string;
  entries: WebhookEntry[];
  /** What is acknowledged and not stored, by kind. */
  ignored: Map<string, number>;
}

/** Keys of an entry that hold items about conversations. */
const ITEM_LISTS = ['messaging', 'standby'] as const;

/** Kinds are counted; one that somebody made up must not fill the table's key. */
const MAX_KIND = 80;

/**
 * Reads a POST of Meta. Entries with messages are kept as they are; changes of feeds and comments, the Dashboard's "Test"
 * button, and whatever else there is, are counted (Graph document, Webhooks: "Event Notifications").
 *
 * @throws SyntaxError when it is not JSON
 */
export function readWebhookBody(raw: string): WebhookBody {
  const body = fieldsOf(parseCleanJson(quoteLongIntegers(raw)));
  const object = typeof body?.object === 'string' ? body.object : '(none)';
  const entries: WebhookEntry[] = [];
  const ignored = new Map<string, number>();
  const ignore = (kind: string) =>
    ignored.set(kind.slice(0, MAX_KIND), (ignored.get(kind.slice(0, MAX_KIND)) ?? 0) + 1);
  const list = Array.isArray(body?.entry) ? body.entry : [];
  if (list.length === 0) ignore(`object ${object}`);
  for (const raw of list) {
    const entry = fieldsOf(raw);
    const id = idOf(entry?.id);
    if (entry === null || id === null) ignore(`entry of ${object}`);
    else if (ITEM_LISTS.some((key) => key in entry)) entries.push({ id, json: JSON.stringify(entry) });
    else for (const kind of kindsOf(entry, object)) ignore(kind);
  }
  return { object, entries, ignored };
}

/** `feed`, `comments`, …: one for each change; the object where there is none. */
function kindsOf(entry: Fields, object: string): string[] {
  const changes = Array.isArray(entry.changes) ? entry.changes : [];
  if (changes.length === 0) return [`object ${object}`];
  return changes.map((change) => {
    const field = fieldsOf(change)?.field;
    return `change ${typeof field === 'string' ? field : '(none)'}`;
  });
}

/**
 * Ids that came as numbers beyond 2^53 would lose digits in `JSON.parse`: integers of 16 digits and more become text.
 * Strings are skipped, so that no digit inside a text is touched.
 */
export function quoteLongIntegers(raw: string): string {
  return /\d{16}/.test(raw)
    ? raw.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g, (token) =>
        token.startsWith('"') ? token : `"${token}"`,
      )
    : raw;
}

function idOf(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : null;
}
