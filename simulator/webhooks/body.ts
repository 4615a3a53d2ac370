import { createHmac } from 'node:crypto';
import { mix } from '../hash.ts';
import type { Platform } from '../types.ts';
import type { Update } from './update.ts';

/** The most items put into one entry; a page's others go into further entries of the same POST. */
const MOST_IN_ENTRY = 16;

/** JSON as Meta writes it: everything beyond ASCII as `\uXXXX` in lower case, and `/` as `\/`. */
export function escapedJson(value: unknown): string {
  return JSON.stringify(value).replace(/[/\u0080-\uffff]/g, escaped);
}

function escaped(letter: string): string {
  return letter === '/' ? '\\/' : `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The bytes of one POST: the updates of one platform, in their order within each page. */
export function bodyOf(platform: Platform, updates: readonly Update[], nowMs: number): Buffer {
  const entries: { id: string; standby: boolean; items: string[]; most: number }[] = [];
  const open = new Map<string, (typeof entries)[number]>();
  for (const { inbox, standby, item } of updates) {
    const id = inbox.spec.owner;
    const key = standby ? `standby ${id}` : id;
    let entry = open.get(key);
    if (!entry || entry.items.length >= entry.most) {
      const most = 1 + (mix(updates.length, entries.length) % MOST_IN_ENTRY);
      entry = { id, standby, items: [], most };
      entries.push(entry);
      open.set(key, entry);
    }
    entry.items.push(item);
  }
  const written = entries.map(
    ({ id, standby, items }) =>
      `{"time":${nowMs},"id":"${id}","${standby ? 'standby' : 'messaging'}":[${items.join(',')}]}`,
  );
  const object = platform === 'instagram' ? 'instagram' : 'page';
  return Buffer.from(`{"object":"${object}","entry":[${written.join(',')}]}`, 'latin1');
}

/** The signature headers over the very bytes that are sent. */
export function signatures(body: Buffer, appSecret: string): Record<string, string> {
  const hex = (algorithm: string) => createHmac(algorithm, appSecret).update(body).digest('hex');
  return { 'x-hub-signature': `sha1=${hex('sha1')}`, 'x-hub-signature-256': `sha256=${hex('sha256')}` };
}
