/** Does something when it is called: at once, but never twice at a time and at most so often. The last call is never lost. */
export interface Throttle {
  call(): void;
  /** For good. */
  stop(): void;
}

/** @param againAfterMs after how long what has failed is done again; `null`: not before the next call */
export function createThrottle(
  everyMs: number,
  run: () => Promise<unknown>,
  againAfterMs: (error: unknown) => number | null = () => null,
): Throttle {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let isWanted = false;
  let isStopped = false;
  const next = () => {
    isBusy = false;
    timer = undefined;
    if (isWanted && !isStopped) start();
  };
  const start = () => {
    isBusy = true;
    isWanted = false;
    const begun = Date.now();
    const rest = (leastMs: number) => {
      timer = setTimeout(next, Math.max(leastMs, begun + everyMs - Date.now()));
    };
    run().then(
      () => rest(0),
      (error: unknown) => {
        const againMs = againAfterMs(error);
        isWanted ||= againMs !== null;
        rest(againMs ?? 0);
      },
    );
  };
  return {
    call() {
      if (isStopped) return;
      isWanted = true;
      if (!isBusy) start();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
