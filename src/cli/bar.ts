import cliProgress from 'cli-progress';

/** Without a terminal, a line at most this often, in milliseconds. */
const LINE_MS = 1000;

/** How far something is. */
export interface Standing {
  current: number;
  /** `null`: nobody knows, and no bar is drawn. */
  total: number | null;
  line: string;
}

/** Something that moves on in the terminal. */
export interface Bar<T> {
  show(event: T): void;
  stop(): void;
}

/** A live bar on a terminal; anywhere else a line now and then, when something has changed. */
export function createBar<T>(standingOf: (event: T) => Standing): Bar<T> {
  return process.stdout.isTTY ? liveBar(standingOf) : plainLines(standingOf);
}

function liveBar<T>(standingOf: (event: T) => Standing): Bar<T> {
  const bar = new cliProgress.SingleBar({
    format: (options, params, payload: { line: string; known: boolean }) => {
      const drawn = payload.known ? `${cliProgress.Format.BarFormat(params.progress, options)} ` : '';
      return `  ${drawn}${payload.line}`;
    },
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    fps: 20,
    emptyOnZero: true,
    linewrap: false,
    stream: process.stdout,
  });
  let started = false;
  return {
    show(event) {
      const { current, total, line } = standingOf(event);
      const payload = { line, known: total !== null };
      if (!started) bar.start(total ?? 0, current, payload);
      started = true;
      bar.setTotal(total ?? 0);
      bar.update(current, payload);
    },
    stop() {
      if (started) bar.stop();
    },
  };
}

function plainLines<T>(standingOf: (event: T) => Standing): Bar<T> {
  let shownAt = 0;
  let waiting: string | null = null;
  const print = () => {
    if (waiting !== null) console.log(`  ${waiting}`);
    waiting = null;
    shownAt = Date.now();
  };
  return {
    show(event) {
      waiting = standingOf(event).line;
      if (Date.now() - shownAt >= LINE_MS) print();
    },
    stop: print,
  };
}
