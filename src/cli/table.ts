import { stripVTControlCharacters } from 'node:util';
import { cutText, textWidth } from './terminal-text.ts';

/** A column of a table. */
export interface Column<T> {
  title: string;
  /** `null` shows as nothing. */
  value(row: T): string | number | null;
  /** Numbers stand at the right. */
  right?: boolean;
  /** Goes first when the terminal is too narrow, the last such column before the others. */
  optional?: boolean;
  /** Is cut when the terminal is still too narrow. */
  flexible?: boolean;
  /** Colours a cell. */
  paint?(cell: string, row: T): string;
}

const GAP = 2;
const LEAST = 6;

/**
 * Rows as aligned lines, the titles first, none wider than the terminal as long as the columns that must be there fit.
 *
 * @param width columns of the terminal
 */
export function formatTable<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): string[] {
  let shown = columns.map((column) => {
    const cells = rows.map((row) => cellOf(column, row));
    return { column, cells, width: Math.max(...[column.title, ...cells].map(textWidth)) };
  });
  const excess = () =>
    shown.reduce((sum, column) => sum + column.width, 0) + GAP * (shown.length - 1) - width;
  for (const optional of shown.filter(({ column }) => column.optional).reverse()) {
    if (excess() > 0) shown = shown.filter((column) => column !== optional);
  }
  for (const flexible of shown.filter(({ column }) => column.flexible)) {
    if (excess() > 0) flexible.width = Math.max(LEAST, flexible.width - excess());
  }
  const line = (
    textOf: (column: (typeof shown)[number]) => string,
    paint: (cell: string, i: number) => string,
  ) =>
    shown
      .map((column, i) => {
        const text = cutText(textOf(column), column.width);
        const space = ' '.repeat(column.width - textWidth(text));
        const last = i === shown.length - 1;
        return column.column.right ? space + paint(text, i) : paint(text, i) + (last ? '' : space);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [
    line(({ column }) => column.title, String),
    ...rows.map((row, r) =>
      line(
        ({ cells }) => cells[r] ?? '',
        (cell, i) => shown[i]?.column.paint?.(cell, row) ?? cell,
      ),
    ),
  ];
}

function cellOf<T>(column: Column<T>, row: T): string {
  return stripVTControlCharacters(String(column.value(row) ?? ''));
}
