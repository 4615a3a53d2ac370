import type { PageHealth } from '../../../src/contract/page-health.ts';
import { PLATFORM_LABELS } from '../../../src/contract/platform.ts';
import type { PageResource } from '../../../src/contract/resources.ts';
import { PAGE_HEALTH_WORDS } from '../../format/page-health.ts';
import { Badge } from '../../ui/badge.tsx';

/** How a page is, in a word; pointed at, what to do. */
export function HealthBadge({ health }: { health: PageHealth }) {
  const { label, tone, advice } = PAGE_HEALTH_WORDS[health];
  return (
    <Badge tone={tone} title={advice}>
      <span aria-hidden className="size-1.5 rounded-full bg-current" />
      {label}
    </Badge>
  );
}

/** The platforms of a page: Messenger, and Instagram when it has an account there. */
export function PlatformBadges({ page }: { page: Pick<PageResource, 'instagramAccountId'> }) {
  return (
    <>
      <Badge>{PLATFORM_LABELS.messenger}</Badge>
      {page.instagramAccountId !== null && <Badge>{PLATFORM_LABELS.instagram}</Badge>}
    </>
  );
}
