import { PLATFORM_LABELS, type Platform } from '../../../src/contract/platform.ts';
import { Badge } from '../../ui/badge.tsx';

/** Where a conversation takes place. */
export function PlatformMark({ platform }: { platform: Platform }) {
  return <Badge tone={platform === 'instagram' ? 'warning' : 'accent'}>{PLATFORM_LABELS[platform]}</Badge>;
}
