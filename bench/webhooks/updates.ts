/** Somebody who writes with a page. */
export interface Party {
  facebookPageId: string;
  personId: string;
}

/** Something that happens, as Meta tells it. */
export interface Update {
  /** By which its row, and its delivery, are found again. */
  key: string;
  entry: object;
}

/** Of twenty updates; the rest are messages of customers. */
const ECHOES = 6;
const READS = 2;
const DELIVERIES = 2;
const REACTIONS = 1;

/** In so many times twenty updates there is one, a message, of somebody whom nobody knows yet. */
const NEWCOMER = 6;

/** Far from its neighbours: people who write one after another are of different pages. No list is a multiple of it. */
const STRIDE = 7919;

/**
 * The n-th update. Everybody has a turn before anybody has a second one, so that person and millisecond name an update.
 *
 * @param at milliseconds since 1970
 */
export function updateAt(people: readonly Party[], n: number, at: number): Update {
  const party = people[(n * STRIDE) % people.length];
  if (party === undefined) throw new Error('There is nobody to write');
  const { facebookPageId } = party;
  const turn = n % 20;
  const isNew = turn === 19 && Math.floor(n / 20) % NEWCOMER === 0;
  const personId = isNew ? `9${String(n).padStart(15, '0')}` : party.personId;
  const mid = `m_bench_${n}`;
  const inbound = { sender: { id: personId }, recipient: { id: facebookPageId }, timestamp: at };
  const text = `Is number ${n} still available? I could come by this evening and have a look at it.`;
  const told = (type: string, id: string, item: object): Update => ({
    key: `${type} ${id}`,
    entry: { id: facebookPageId, time: at, messaging: [{ ...inbound, ...item }] },
  });

  let left = turn;
  const falls = (share: number) => {
    const hit = left >= 0 && left < share;
    left -= share;
    return hit;
  };
  if (falls(ECHOES)) {
    const outbound = { sender: inbound.recipient, recipient: inbound.sender };
    return told('message', mid, { ...outbound, message: { mid, is_echo: true, app_id: 1234567890, text } });
  }
  if (falls(READS)) return told('read', `${personId} ${at}`, { read: { watermark: at } });
  if (falls(DELIVERIES)) return told('delivery', mid, { delivery: { mids: [mid], watermark: at } });
  if (falls(REACTIONS)) {
    return told('reaction', mid, { reaction: { mid, action: 'react', reaction: 'love', emoji: '❤' } });
  }
  return told('message', mid, { message: { mid, text } });
}
