import type { Inbox } from '../inbox/inbox.ts';
import type { Happening } from './happening.ts';

/** What a customer or an app does beside the messages: Graph shows nothing of it. */
export function happenBeside(
  inbox: Inbox,
  kind: 'referral' | 'optin' | 'handover',
  text: string | undefined,
  hash: number,
): Happening {
  const members = {
    referral: () => ({
      referral: {
        ref: text ?? `campaign-${hash % 100}`,
        source: 'ADS',
        type: 'OPEN_THREAD',
        ad_id: `6${String(hash).padStart(12, '0')}`,
        ads_context_data: { ad_title: 'Autumn sale', post_id: `${inbox.spec.owner}_${hash}` },
      },
    }),
    optin: () => ({ optin: { ref: text ?? `checkbox-${hash % 100}`, user_ref: `ref-${hash}` } }),
    handover: () => ({
      pass_thread_control: {
        previous_owner_app_id: '263902037430900',
        new_owner_app_id: '1234567890',
        metadata: text ?? 'Handed over',
      },
    }),
  }[kind];
  return { kind, fromPage: false, code: null, atMs: Date.now(), members };
}
