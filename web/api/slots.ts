/** A number of places, each of which one has at a time; others wait for their turn. */
export interface Slots {
  /** @param begin called when a place is there, at once or later. @returns gives the place back, or stops waiting */
  take(begin: () => void): () => void;
}

export function createSlots(places: number): Slots {
  const taken = new Set<object>();
  const waiting = new Map<object, () => void>();
  const seat = (who: object, begin: () => void) => {
    taken.add(who);
    begin();
  };
  return {
    take(begin) {
      const who = {};
      if (taken.size < places) seat(who, begin);
      else waiting.set(who, begin);
      return () => {
        waiting.delete(who);
        if (!taken.delete(who)) return;
        const [next] = waiting;
        if (next === undefined) return;
        waiting.delete(next[0]);
        seat(...next);
      };
    },
  };
}
