/** What `WebhookWorkflow` is started with. */
export interface WebhookWorkflowInput {
  /** Not our id of the page: it may be connected anew while the workflow runs. */
  facebookPageId: string;
  /** History events after which the run continues as new even when Temporal does not suggest it yet. */
  continueAsNewAfterEvents?: number;
}

/** What became of a delivered item. */
export const WEBHOOK_OUTCOMES = [
  /** Rows were written. */
  'applied',
  /** It was there already. */
  'duplicate',
  /** It changes a message that is not there yet, which picks it up. */
  'pending',
  /** It could not be applied: `webhook_failures` has it. */
  'set_aside',
  /** A kind that we do not know, or that says nothing of a conversation. */
  'ignored',
] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

/** How many items had each outcome. */
export type WebhookCounts = Record<WebhookOutcome, number>;

/** What a drain did. */
export interface DrainResult {
  deliveries: number;
  items: WebhookCounts;
  /** Whether it stopped for time, with deliveries left. */
  left: boolean;
}

/** What a run of the maintenance task `webhooks` did. */
export interface SweepResult {
  /** Pages with deliveries that nobody was applying, which were woken. */
  woken: number;
  /** Kept changes whose message had come in the same moment. */
  settled: number;
  /** Conversations whose repair was started, because a change waits for a message of theirs. */
  repairs: number;
  /** Changes that were given up: their message never came. */
  dropped: number;
}

/**
 * Fields that a page is subscribed to (Graph document, `/{page}/subscribed_apps`). Instagram's items come with them: the
 * account shares its page's subscription.
 */
export const SUBSCRIBED_FIELDS = [
  'messages',
  'message_echoes',
  'message_deliveries',
  'message_reads',
  'message_edits',
  'message_reactions',
  'messaging_postbacks',
  'messaging_referrals',
  'messaging_optins',
  'messaging_handovers',
  'standby',
] as const;

/** What a run of the maintenance task `subscriptions` found. */
export interface SubscriptionsResult {
  checked: number;
  /** Pages whose fields were not as they should be, and are now. */
  repaired: number;
  failed: number;
}
