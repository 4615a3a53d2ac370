import { useEffect, useState } from 'react';
import { formatDateTime, formatRelative } from '../format/times.ts';

const EVERY_MS = 15_000;

/** The time now, in milliseconds, a few times a minute. */
export function useNow(everyMs = EVERY_MS): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** `5 minutes ago`, kept true; pointed at, the time itself. */
export function RelativeTime({ iso }: { iso: string }) {
  const now = useNow();
  return (
    <time dateTime={iso} title={formatDateTime(iso)}>
      {formatRelative(iso, Math.max(now, Date.now()))}
    </time>
  );
}
