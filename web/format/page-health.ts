import type { PageHealth } from '../../src/contract/page-health.ts';
import type { Tone } from '../ui/tone.ts';

interface HealthWords {
  label: string;
  tone: Tone;
  /** What it means, and what to do about it. */
  advice: string;
}

/** How people read a page's health. */
export const PAGE_HEALTH_WORDS: Record<PageHealth, HealthWords> = {
  disconnected: {
    label: 'Disconnected',
    tone: 'neutral',
    advice: 'Nothing is read of this page; what was stored stays. Connect it again to go on.',
  },
  token_expired: {
    label: 'Needs reconnecting',
    tone: 'danger',
    advice:
      'Meta no longer accepts the token of this page. Connect it again: its syncs go on where they stopped.',
  },
  waiting: {
    label: 'Waiting for Meta',
    tone: 'warning',
    advice: 'Meta wants no calls for a while. Nothing to do: the sync goes on by itself.',
  },
  paused: {
    label: 'Paused',
    tone: 'warning',
    advice: 'Somebody has paused its sync. Resume it, and it goes on where it stands.',
  },
  syncing: { label: 'Syncing', tone: 'accent', advice: 'It is being synced now.' },
  failing: {
    label: 'Failing',
    tone: 'danger',
    advice: 'Its newest sync could do nothing. Look into its newest job for the reason, then sync it again.',
  },
  incomplete: {
    label: 'Incomplete',
    tone: 'warning',
    advice: 'Its newest sync ended early. Continue it: it goes on where it stopped.',
  },
  never_synced: {
    label: 'Never synced',
    tone: 'neutral',
    advice: 'Start its first sync to read its whole inbox.',
  },
  unsubscribed: {
    label: 'No webhooks',
    tone: 'warning',
    advice:
      'Meta does not deliver its new messages by itself. Look at its webhooks for the reason; until then its syncs find them.',
  },
  silent: {
    label: 'Webhooks silent',
    tone: 'warning',
    advice:
      'A sync found new messages that no webhook had told of. Check the webhook settings of the app at Meta.',
  },
  stale: {
    label: 'Out of date',
    tone: 'warning',
    advice: 'It was last covered more than a day ago. Sync it, or turn automatic syncs on.',
  },
  ok: { label: 'Up to date', tone: 'success', advice: 'All is well.' },
};
