import type { BatchResource } from '../../../src/contract/batch-resources.ts';
import { formatCount } from '../../format/numbers.ts';
import { PAGE_STATE_WORDS, PAGE_STATES, settledPages } from './batch-words.ts';

/** How far a batch is: a part for each state of its pages. */
export function BatchBar({ batch }: { batch: BatchResource }) {
  const settled = settledPages(batch.counts);
  return (
    <div
      role="progressbar"
      aria-label="Pages done"
      aria-valuemin={0}
      aria-valuemax={batch.pages}
      aria-valuenow={settled}
      aria-valuetext={`${formatCount(settled)} of ${formatCount(batch.pages)} pages`}
      className="flex h-2.5 w-full gap-px overflow-hidden rounded-full bg-sunken"
    >
      {PAGE_STATES.map((state) => {
        const { fill } = PAGE_STATE_WORDS[state];
        const count = batch.counts[state];
        if (fill === null || count === 0) return null;
        const moves = state === 'SYNCING' || state === 'STARTING';
        return (
          <div
            key={state}
            className={`${fill} ${moves ? 'animate-pulse' : ''} transition-[width]`}
            style={{ width: `${(100 * count) / batch.pages}%` }}
          />
        );
      })}
    </div>
  );
}
