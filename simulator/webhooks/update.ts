import type { Inbox } from '../inbox/inbox.ts';
import type { UpdateKind } from './fields.ts';

/** One thing to tell the app, as it waits to be sent. */
export type Update = {
  pageId: string;
  inbox: Inbox;
  kind: UpdateKind;
  /** In `entry.standby` instead of `entry.messaging`. */
  standby: boolean;
  slot: number;
  /** The message it is about; null when it is about none. */
  code: number | null;
  atMs: number;
  /** The item as it goes over the wire. */
  item: string;
};
