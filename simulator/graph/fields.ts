import { failure, GraphError } from './failure.ts';
import { badParameter } from './failures.ts';

/** One asked field: `messages.limit(25){id,from}` → name, args {limit:'25'}, sub [id, from] and the text of sub. */
export type Field = { name: string; args: Readonly<Record<string, string>>; sub: Fields | null };

/** Asked fields in order, with the text they were parsed from (it goes back into `paging.next`). */
export type Fields = { list: readonly Field[]; text: string };

const CACHE_SIZE = 500;
const cache = new Map<string, Fields>();

/** Parses a `fields` parameter; throws the (#2500) syntax error Graph answers. */
export function parseFields(text: string): Fields {
  const known = cache.get(text);
  if (known) return known;
  const parser = new Parser(text);
  const fields = { list: parser.list(), text };
  parser.end();
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(text, fields);
  return fields;
}

/** Throws (#100) when a field is asked that the node does not have. */
export function checkFields(fields: Fields, known: ReadonlySet<string>, node: string): void {
  for (const { name } of fields.list) {
    if (!known.has(name)) {
      throw new GraphError(
        badParameter(`Tried accessing nonexisting field (${name}) on node type (${node})`),
      );
    }
  }
}

/** Keeps the asked members of an object; inside `{data:[…]}` of every item, as Graph does. */
export function prune(value: unknown, sub: Fields | null): unknown {
  if (!sub || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => prune(item, sub));
  if ('data' in value && Array.isArray(value.data)) return { ...value, data: prune(value.data, sub) };
  const source = value as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const field of sub.list) {
    if (field.name in source) result[field.name] = prune(source[field.name], field.sub);
  }
  return result;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  list(): Field[] {
    const fields = [this.#field()];
    while (this.#take(',')) fields.push(this.#field());
    return fields;
  }

  end(): void {
    if (this.#at < this.#text.length) this.#fail('end of string');
  }

  #field(): Field {
    const name = this.#name();
    const args: Record<string, string> = {};
    let sub: Fields | null = null;
    for (;;) {
      if (this.#take('.')) {
        const argument = this.#name();
        if (!this.#take('(')) this.#fail('"("');
        if (argument === 'fields') sub = this.#sub(')');
        else args[argument] = this.#until(')');
      } else if (this.#take('{')) sub = this.#sub('}');
      else return { name, args, sub };
    }
  }

  #sub(close: ')' | '}'): Fields {
    const from = this.#at;
    const list = this.list();
    const text = this.#text.slice(from, this.#at);
    if (!this.#take(close)) this.#fail(`"${close}"`);
    return { list, text };
  }

  #name(): string {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*/.exec(this.#text.slice(this.#at, this.#at + 200));
    if (!match) this.#fail('a field name');
    this.#at += match?.[0].length ?? 0;
    return match?.[1] ?? '';
  }

  #until(close: string): string {
    const end = this.#text.indexOf(close, this.#at);
    if (end < 0) this.#fail(`"${close}"`);
    const value = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return value;
  }

  #take(letter: string): boolean {
    if (this.#text[this.#at] !== letter) return false;
    this.#at += 1;
    while (this.#text[this.#at] === ' ') this.#at += 1;
    return true;
  }

  #fail(expected: string): never {
    const found = this.#text[this.#at] ?? 'end of string';
    throw new GraphError(
      failure(
        400,
        2500,
        `Syntax error "Expected ${expected} instead of "${found}"." at character ${this.#at}: ${this.#text}`,
      ),
    );
  }
}
