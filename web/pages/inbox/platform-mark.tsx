import { PLATFORM_LABELS, type Platform } from '../../../src/contract/platform.ts';
import { classNames } from '../../ui/class-names.ts';

/** Where a conversation takes place. */
export function PlatformMark({ platform }: { platform: Platform }) {
  return (
    <span
      className={classNames(
        'shrink-0 rounded-full border border-current px-1.5 text-[0.6875rem] leading-4 font-medium',
        platform === 'instagram' ? 'text-warning' : 'text-accent-strong',
      )}
    >
      {PLATFORM_LABELS[platform]}
    </span>
  );
}
