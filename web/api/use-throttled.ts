import { useEffect, useRef, useState } from 'react';
import { isRefused, waitAfter } from './refusal.ts';
import { createThrottle, type Throttle } from './throttle.ts';

/** After how long a reading that has failed is tried again, in milliseconds. */
const AGAIN_MS = 5000;

/** What is refused is not tried again before something happens. */
function againAfterMs(error: unknown): number | null {
  return isRefused(error) ? null : (waitAfter(error) ?? AGAIN_MS);
}

/** `createThrottle` in a component: what runs is always the newest `run`, and what it could not read is read later. */
export function useThrottled(run: () => Promise<unknown>, everyMs: number): () => void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  const throttle = useRef<Throttle | null>(null);
  useEffect(() => {
    const made = createThrottle(everyMs, () => latest.current(), againAfterMs);
    throttle.current = made;
    return () => made.stop();
  }, [everyMs]);
  const [call] = useState(() => () => throttle.current?.call());
  return call;
}

/**
 * Calls again and again; `false`: does not. Nobody sees a hidden tab: it does without, and catches up as soon as it is seen
 * again.
 */
export function useEvery(run: () => void, everyMs: number | false): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (everyMs === false) return;
    let hasMissed = false;
    const timer = setInterval(() => {
      hasMissed = document.hidden;
      if (!hasMissed) latest.current();
    }, everyMs);
    const onVisibility = () => {
      if (document.hidden || !hasMissed) return;
      hasMissed = false;
      latest.current();
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [everyMs]);
}
