import { MAX_PAGE_SIZE, NESTED_MESSAGES, type PageSize, type SyncSliceInput } from '../src/contract/slice.ts';

/** Good pages in a row after which a reduced size is doubled again. */
const GOOD_PAGES = 5;

/** The size that a walk begins with. */
export function fullPageSize({
  platform,
  messageDepth,
  listed,
}: Pick<SyncSliceInput, 'platform' | 'messageDepth' | 'listed'>): PageSize {
  const most = NESTED_MESSAGES[platform];
  const messages = messageDepth === 'all' ? most : Math.min(messageDepth, most);
  return { conversations: listed ? 1 : MAX_PAGE_SIZE, messages, goodPages: 0 };
}

/**
 * After "reduce the amount of data": half the conversations; of a single one half the messages, down to none
 * (requirement D3).
 *
 * @returns `null` when there is nothing left to reduce
 */
export function shrink(size: PageSize): PageSize | null {
  if (size.conversations > 1) {
    return { ...size, conversations: Math.floor(size.conversations / 2), goodPages: 0 };
  }
  return size.messages > 0 ? { ...size, messages: Math.floor(size.messages / 2), goodPages: 0 } : null;
}

/** After a page that came back as asked: a reduced size slowly grows back to the full one. */
export function grow(size: PageSize, full: PageSize): PageSize {
  const reduced = size.conversations < full.conversations || size.messages < full.messages;
  if (!reduced) return full;
  if (size.goodPages + 1 < GOOD_PAGES) return { ...size, goodPages: size.goodPages + 1 };
  if (size.messages < full.messages) {
    return { ...size, messages: Math.min(full.messages, Math.max(1, size.messages * 2)), goodPages: 0 };
  }
  return { ...size, conversations: Math.min(full.conversations, size.conversations * 2), goodPages: 0 };
}
