import type { Json } from '../types.ts';

/** A reaction; `byPage` says whose it is, absent = of the one who did not write the message. */
export type Reaction = { reaction: string; emoji: string; byPage?: boolean };

/** What a message says, before anybody asks for fields of it. Absent = Graph leaves the field out. */
export type Content = {
  text: string;
  attachments?: Json[];
  shares?: Json[];
  sticker?: string;
  story?: Json;
  reactions?: Reaction[];
  unsupported?: true;
};

/** What was written over a message's computed content; a member that is there but undefined takes one away. */
export type Rewritten = Partial<Content> & { edits?: number };
