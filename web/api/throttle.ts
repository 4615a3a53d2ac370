/** Does something when it is called: at once, but never twice at a time and at most so often. The last call is never lost. */
export interface Throttle {
  call(): void;
  stop(): void;
}

export function createThrottle(everyMs: number, run: () => Promise<unknown>): Throttle {
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
    const rest = () => {
      timer = setTimeout(next, Math.max(0, begun + everyMs - Date.now()));
    };
    run().then(rest, rest);
  };
  return {
    call() {
      isWanted = true;
      if (!isBusy) start();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
