import { expect, test } from 'vitest';
import { createSlots } from '../../web/api/slots.ts';

test('as many as there are places begin, the others in their turn', () => {
  const slots = createSlots(2);
  const begun: string[] = [];
  const take = (name: string) => slots.take(() => begun.push(name));
  const [a, b, c, d] = [take('a'), take('b'), take('c'), take('d')];
  expect(begun).toEqual(['a', 'b']);
  // who waits no more is left out; a place is given back once, however often that is said
  c();
  a();
  a();
  expect(begun).toEqual(['a', 'b', 'd']);
  const e = take('e');
  b();
  expect(begun).toEqual(['a', 'b', 'd', 'e']);
  d();
  e();
  take('f');
  expect(begun.at(-1)).toBe('f');
});
