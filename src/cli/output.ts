import { styleText } from 'node:util';
import type { ListResource } from '../contract/resources.ts';
import { type Column, formatTable } from './table.ts';
import { printable } from './terminal-text.ts';

/** Columns of the terminal; 80 where there is none that could say. */
export function terminalWidth(): number {
  return process.stdout.columns || 80;
}

/** What a command tells: one JSON document for scripts, or text for people. */
export interface Output {
  readonly json: boolean;
  /** Something that there is one of. */
  show<T>(resource: T, text: (resource: T) => string): void;
  /** A page of a list. @param none what is said when it is empty */
  list<T>(list: ListResource<T>, columns: readonly Column<T>[], none: string): void;
  /** Text that is a document already, such as CSV. */
  text(text: string): void;
  /** A line of a stream, for scripts alone. */
  event(event: object): void;
  /** A remark for people: not on standard output, and not for scripts. */
  remark(text: string): void;
}

export function createOutput(json: boolean): Output {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const document = (value: unknown) => say(JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0));
  return {
    json,
    show(resource, text) {
      if (json) document(resource);
      else say(text(resource));
    },
    list(list, columns, none) {
      if (json) return document(list);
      if (list.data.length === 0) return say(none);
      say(formatTable(columns, list.data, terminalWidth()).join('\n'));
      if (list.nextCursor !== null) say(`There is more: --cursor ${list.nextCursor}, or a larger --limit`);
    },
    text: (text) => void process.stdout.write(text),
    event(event) {
      if (json) say(JSON.stringify(event));
    },
    remark(text) {
      if (!json) process.stderr.write(`${printable(text)}\n`);
    },
  };
}

export type Tone = 'green' | 'yellow' | 'red' | 'cyan' | 'bold';

/** Colours text, on a terminal whose owner has nothing against it (https://no-color.org). */
export function paint(tone: Tone, text: string): string {
  const plain = !process.stdout.isTTY || process.env.NO_COLOR || process.env.TERM === 'dumb';
  return plain ? text : styleText(tone, text);
}

/** The time as a person at this place reads it, to the minute; `null` shows as nothing. */
export function timeText(iso: string | null): string {
  return iso === null ? '' : new Date(iso).toLocaleString('sv-SE').slice(0, 16);
}
