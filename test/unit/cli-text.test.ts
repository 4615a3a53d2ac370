import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT, exitOfStatus } from '../../src/cli/exit-codes.ts';
import { path } from '../../src/cli/http.ts';
import { type Column, formatTable } from '../../src/cli/table.ts';
import { cutText, printable, textWidth } from '../../src/cli/terminal-text.ts';
import { PROBLEMS } from '../../src/contract/problems.ts';

interface Row {
  name: string;
  count: number | null;
  note: string;
}

const COLUMNS: Column<Row>[] = [
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'COUNT', value: ({ count }) => count, right: true, paint: (cell) => `<${cell}>` },
  { title: 'NOTE', value: ({ note }) => note, optional: true },
  { title: 'MORE', value: () => 'more', optional: true },
];
const ROWS: Row[] = [
  { name: 'a page', count: 7, note: 'first' },
  { name: 'a page with a long name', count: 12_345, note: '' },
  { name: '漢字 👩‍👩‍👧', count: null, note: 'wide' },
];

describe('tables', () => {
  it('are aligned, numbers at the right, colours not counted', () => {
    expect(formatTable(COLUMNS, ROWS, 80)).toEqual([
      'NAME                     COUNT  NOTE   MORE',
      'a page                       <7>  first  more',
      'a page with a long name  <12345>         more',
      '漢字 👩‍👩‍👧                       <>  wide   more',
    ]);
  });

  it('lose columns that may go, the last one first, before anything is cut', () => {
    const titles = (width: number) => formatTable(COLUMNS, ROWS, width)[0];
    expect(titles(42)).toMatch(/NOTE$/);
    expect(titles(36)).toMatch(/^NAME +COUNT$/);
  });

  it('are as wide as they may be, and no wider', () => {
    const plain = COLUMNS.map(({ paint, ...column }) => column);
    for (const width of [20, 24, 30, 37, 43, 50]) {
      for (const line of formatTable(plain, ROWS, width)) expect(textWidth(line)).toBeLessThanOrEqual(width);
    }
    expect(formatTable(plain, ROWS, 20)).toEqual([
      'NAME           COUNT',
      'a page             7',
      'a page with …  12345',
      '漢字 👩‍👩‍👧',
    ]);
  });
});

describe('text for terminals', () => {
  it('takes the columns that people see', () => {
    expect(['abc', '漢字', '👩‍👩‍👧', 'e\u0301', '❤️', '한'].map(textWidth)).toEqual([3, 4, 2, 1, 2, 2]);
  });

  it('is cut between characters', () => {
    expect(cutText('abcdef', 6)).toBe('abcdef');
    expect(cutText('abcdef', 5)).toBe('abcd…');
    expect(cutText('漢字漢字', 6)).toBe('漢字…');
    expect(cutText('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5)).toBe('👩‍👩‍👧👩‍👩‍👧…');
    expect(cutText('two\nlines\tof text', 20)).toBe('two lines of text');
  });

  it('never holds what a terminal would obey', () => {
    const evil = 'a\u001b[31mb\u0007c\u202ed\u009b2Je\nf';
    expect(printable(evil)).toBe('a[31mbcd2Je\nf');
    expect(cutText(evil, 40)).toBe('a[31mbcd2Je f');
    expect(formatTable([{ title: 'T', value: () => evil }], [null], 80)[1]).not.toMatch(/\p{Cc}|\u202e/u);
  });
});

describe('paths', () => {
  it('have as many parts as were written down', () => {
    const evil = 'a/../b?c#d e';
    expect(path`/api/pages/${evil}/sync`).toBe('/api/pages/a%2F..%2Fb%3Fc%23d%20e/sync');
  });
});

describe('exit codes', () => {
  it('are different from each other', () => {
    const codes = Object.values(EXIT).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('say of every problem what can be done', () => {
    const statuses = [...new Set(Object.values(PROBLEMS).flatMap(({ status }) => status))].sort();
    const meant: Record<string, number[]> = {};
    for (const status of statuses) {
      const exit = exitOfStatus(status);
      meant[exit] = [...(meant[exit] ?? []), status];
    }
    expect(meant).toMatchObject({
      forbidden: [401, 403],
      notFound: [404],
      conflict: [409],
      usage: expect.arrayContaining([400, 413, 415, 422]),
      unreachable: expect.arrayContaining([429, 500, 503]),
    });
  });

  it('stand in the docs as they are', () => {
    const docs = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    const rows = [...docs.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, code, when]) => [Number(code), when]);
    expect(rows).toEqual(Object.values(EXIT).map(({ code, when }) => [code, when]));
  });
});
