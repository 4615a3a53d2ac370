import type { Inbox } from '../inbox/inbox.ts';
import { asNumber } from '../inbox/oddities.ts';
import { customer } from '../inbox/people.ts';
import type { Thread } from '../inbox/thread.ts';
import type { Page } from '../page.ts';
import type { Json, Platform } from '../types.ts';

/** One conversation with the people in it, ready to be written: built once for all its messages. */
export type View = {
  page: Page;
  inbox: Inbox;
  platform: Platform;
  thread: Thread;
  id: string;
  customer: Json;
  pagePerson: Json;
};

/** How many of an Instagram conversation's messages have details; of older ones only id and time are told. */
export const INSTAGRAM_DETAILS = 20;

/** Builds the view of a conversation; oddities that touch the people are already in it. */
export function viewOf(page: Page, inbox: Inbox, thread: Thread): View {
  const { platform } = inbox.spec;
  const { oddities } = thread;
  const id = inbox.ids.conversation(thread.slot);
  const person: Json = customer(platform, page.peopleSeed, thread.slot, inbox.ids.person(thread.slot));
  const pagePerson: Json =
    platform === 'instagram'
      ? { username: page.username, id: page.instagramAccountId }
      : { name: page.name, email: `${page.id}@facebook.com`, id: page.id };
  if (oddities.has('null-name')) person[platform === 'instagram' ? 'username' : 'name'] = null;
  if (oddities.has('numeric-ids')) {
    person.id = asNumber(String(person.id));
    pagePerson.id = asNumber(String(pagePerson.id));
  }
  return { page, inbox, platform, thread, id, customer: person, pagePerson };
}
