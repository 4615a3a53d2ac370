/** Random numbers that a seed repeats. */
export interface Random {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** `count` different whole numbers from `least` to `most`, ascending; fewer when there are not so many. */
  distinct(count: number, least: number, most: number): number[];
}

/** @param name each name has numbers of its own, whatever order the campaigns run in */
export function seededRandom(seed: number, name: string): Random {
  let state = seed >>> 0;
  for (const letter of name) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    between,
    pick: (from) => from[between(0, from.length - 1)] ?? from[0],
    distinct(count, least, most) {
      const all = Array.from({ length: Math.max(0, most - least + 1) }, (_, index) => least + index);
      const taken: number[] = [];
      while (taken.length < count && all.length > 0) {
        taken.push(...all.splice(between(0, all.length - 1), 1));
      }
      return taken.sort((a, b) => a - b);
    },
  };
}
