import { createInterface } from 'node:readline';

/** What somebody types, or a script pipes in, line by line. */
export interface TypedLines {
  /** The next line that is not empty; never, when there is none. */
  next(): Promise<string>;
  close(): void;
}

export function readTypedLines(): TypedLines {
  const lines = createInterface({ input: process.stdin });
  const read: string[] = [];
  let wake: (() => void) | null = null;
  lines.on('line', (line) => {
    if (line.trim() === '') return;
    read.push(line.trim());
    wake?.();
  });
  return {
    async next() {
      for (;;) {
        const line = read.shift();
        if (line !== undefined) return line;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => lines.close(),
  };
}
