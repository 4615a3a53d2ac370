import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../src/contract/problems.ts';

test('docs/api.md lists every problem as the API describes it', () => {
  const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `([a-z-]+)` \| ([\d, ]+) \| (.*) \|$/gm)].map(
    ([, name, status, when]) => [name, { status: status?.split(', ').map(Number), when }],
  );
  expect(Object.fromEntries(listed)).toEqual(PROBLEMS);
});
