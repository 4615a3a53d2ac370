import type { Position } from '../inbox/order.ts';
import { GraphError } from './failure.ts';
import { deadCursor } from './failures.ts';

/**
 * Cursors name a place, never a row number: a conversation's (second, sequence) in the time order, or a message's
 * (conversation, code). Rows that come or move elsewhere therefore neither shift nor repeat what is left to walk.
 * `generation` lets all cursors minted so far be declared dead; `salt` makes two cursors to one place differ.
 */
type Minted = { generation: number; a: number; b: number; salt: number };

/** A place before every conversation: "after" it is the first page. */
export const TOP: Position = { sec: Number.MAX_SAFE_INTEGER, seq: 0 };

/** A place before every message of a conversation. */
export const TOP_CODE = -1;

export function mintConversationCursor(generation: number, position: Position, salt = 0): string {
  return encode('c', { generation, a: position.sec, b: position.seq, salt });
}

export function mintMessageCursor(generation: number, slot: number, code: number, salt = 0): string {
  return encode('m', { generation, a: slot, b: code, salt });
}

/** Reads a cursor of the conversations edge; throws the dead-cursor error for anything else. */
export function readConversationCursor(cursor: string, generation: number): Position {
  const { a, b } = decode('c', cursor, generation);
  return { sec: a, seq: b };
}

/** Reads a cursor of one conversation's messages: the code of the message it names. */
export function readMessageCursor(cursor: string, generation: number, slot: number): number {
  const { a, b } = decode('m', cursor, generation);
  if (a !== slot) throw new GraphError(deadCursor);
  return b;
}

function encode(kind: string, { generation, a, b, salt }: Minted): string {
  const text = `${kind}:${generation}:${a}:${b}:${salt}`;
  return Buffer.from(text, 'latin1').toString('base64').replaceAll('Z', 'ZA').replaceAll('=', 'ZD');
}

function decode(kind: string, cursor: string, generation: number): Minted {
  const text = Buffer.from(cursor.replaceAll('ZD', '=').replaceAll('ZA', 'Z'), 'base64').toString('latin1');
  const match = /^([cm]):(\d+):(-?\d+):(-?\d+):(\d+)$/.exec(text);
  if (!match || match[1] !== kind || Number(match[2]) !== generation) throw new GraphError(deadCursor);
  return { generation, a: Number(match[3]), b: Number(match[4]), salt: Number(match[5]) };
}
