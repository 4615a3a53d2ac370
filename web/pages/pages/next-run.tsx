import { useEffect, useRef, useState } from 'react';
import type { PageResource } from '../../../src/contract/resources.ts';
import { formatInterval } from '../../format/intervals.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useNextRun } from './use-pages.ts';

/** When the next automatic sync of a page is, or why there is none. */
export function NextRun({ page }: { page: PageResource }) {
  const [place, isShown] = useWasSeen();
  const next = useNextRun(page, isShown);
  return <span ref={place}>{wordsOf(page, next.data, next.isError)}</span>;
}

function wordsOf(page: PageResource, at: string | null | undefined, failed: boolean) {
  if (!page.autoSync) return 'Off';
  if (page.disconnectedAt !== null) return 'When it is connected again';
  if (page.tokenState !== 'valid') return 'Waits for a new token';
  if (at === undefined && !failed) return '…';
  const every = formatInterval(page.syncIntervalSeconds);
  if (at === undefined) return every;
  if (at === null) return `${every}; not planned now`;
  return (
    <span title={every}>
      <RelativeTime iso={at} />
    </span>
  );
}

/** Whether a place was in sight yet: what costs something is asked for then. */
function useWasSeen() {
  const place = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return [place, seen] as const;
}
