import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';

/** Whether the client has closed the connection before the end. */
function hasLeft(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** A cell; `null` leaves it empty. */
export type Cell = string | number | boolean | null;

/** What the description of an operation calls a CSV file. */
export const CSV = 'text/csv';

/**
 * Answers with a CSV file (RFC 4180: UTF-8, CRLF) to download, row by row as they come. Text that a spreadsheet would take
 * for a formula gets an apostrophe before it. When rows fail to come, or the client leaves, the answer ends unfinished.
 */
export async function sendCsv(
  res: Response,
  fileName: string,
  columns: readonly string[],
  rows: AsyncIterable<readonly Cell[]> | Iterable<readonly Cell[]>,
): Promise<void> {
  const table = stringify({
    header: true,
    columns: [...columns],
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: { boolean: String },
  });
  res.set('Cache-Control', 'no-store');
  res.status(200).attachment(fileName).type(`${CSV}; charset=utf-8`);
  try {
    await pipeline(Readable.from(rows), table, res);
  } catch (error) {
    if (!hasLeft(error)) throw error;
  }
}
