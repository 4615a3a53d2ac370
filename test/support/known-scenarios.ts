import type { Deed, Scenario } from './random-commands.ts';

const sync: Deed = { do: 'start', request: { mode: 'incremental' }, insist: false };
/** Waits for the sync before it, and reads nothing. */
const wait: Deed = {
  do: 'start',
  request: { mode: 'selective', until: '2020-01-01T00:00:00Z' },
  insist: false,
};
const message = (conversation: number, count: number): Deed => ({
  do: 'message',
  platform: 'messenger',
  conversation,
  count,
});

/** What has once gone wrong, each as few commands as it takes. */
const KNOWN: Record<string, Deed[]> = {
  'a message in the second of one that was read already': [
    sync,
    wait,
    message(0, 1),
    sync,
    wait,
    { do: 'echo', count: 1 },
  ],
  'more messages than a nested page holds in the second of one that was read already': [
    sync,
    wait,
    message(0, 1),
    sync,
    wait,
    { do: 'echo', count: 60 },
    message(1, 1),
  ],
  'the same above a gap': [
    sync,
    wait,
    message(0, 60),
    { do: 'start', request: { mode: 'incremental', messageDepth: 5 }, insist: false },
    wait,
    { do: 'echo', count: 60 },
    message(1, 1),
  ],
  'a token that dies while a conversation is repaired': [
    sync,
    wait,
    { do: 'repair', conversation: 3, keep: 0, spoil: false, wait: false },
    { do: 'new token' },
  ],
};

export const KNOWN_SCENARIOS: [string, Scenario][] = Object.entries(KNOWN).map(([name, deeds]) => [
  name,
  {
    page: { conversations: 60, messages: 10, instagramShare: 0.3, seed: 1 },
    latencyMs: 0,
    commands: deeds.map((deed) => ({ afterCalls: 0, ...deed })),
  },
]);
