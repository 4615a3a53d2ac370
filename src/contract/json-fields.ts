/** An object of JSON whose fields nobody has checked yet. */
export type Fields = Record<string, unknown>;

/** The value as an object; `null` for anything else, lists too. */
export function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** The value as text; `null` for anything else, and for none. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
