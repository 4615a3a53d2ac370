/** Ids of what has changed, until it is read. */
export interface ToRead {
  add(id: string): void;
  /**
   * Has what is there by now read. What is named meanwhile has changed after it was read, and stays for the next time.
   *
   * @param read answers with what is left to read; when it throws, nothing was read
   * @returns whether another time would bring more: some were read, and some are left
   */
  take(read: (ids: ReadonlySet<string>) => Promise<ReadonlySet<string>>): Promise<boolean>;
}

export function createToRead(): ToRead {
  let ids = new Set<string>();
  return {
    add: (id) => void ids.add(id),
    async take(read) {
      const taken = ids;
      ids = new Set();
      let left: ReadonlySet<string> = taken;
      try {
        left = await read(taken);
      } finally {
        for (const id of left) ids.add(id);
      }
      return left.size > 0 && left.size < taken.size;
    },
  };
}
