import { useEffect, useRef, useState } from 'react';

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

/** `createThrottle` in a component: what runs is always the newest `run`. */
export function useThrottled(run: () => Promise<unknown>, everyMs: number): () => void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  const throttle = useRef<Throttle | null>(null);
  useEffect(() => {
    const made = createThrottle(everyMs, () => latest.current());
    throttle.current = made;
    return () => made.stop();
  }, [everyMs]);
  const [call] = useState(() => () => throttle.current?.call());
  return call;
}

/** Calls again and again; `false`: does not. */
export function useEvery(run: () => void, everyMs: number | false): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (everyMs === false) return;
    const timer = setInterval(() => latest.current(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}
