import fc from 'fast-check';
import { PLATFORMS, type Platform } from '../../src/contract/platform.ts';

/** A page and what happens to it. Plain data, so that a failure prints all of it. */
export interface Scenario {
  page: { conversations: number; messages: number; instagramShare: number; seed: number };
  /** Milliseconds that the simulator takes for every call. */
  latencyMs: number;
  commands: Command[];
}

/** What happens once the page has had `afterCalls` more Graph calls than before, or nothing is at work any more. */
export type Command = { afterCalls: number } & Deed;

/** Numbers that name a conversation are taken modulo what there is. */
export type Deed =
  | { do: 'start'; request: SyncRequest; insist: boolean }
  | { do: 'pause' | 'resume' | 'cancel' | 'take up' }
  | { do: 'message'; platform: Platform; conversation: number; count: number }
  /** To the conversation that was written to last, in the second of its newest message. */
  | { do: 'echo'; count: number }
  | { do: 'messages in one second'; platform: Platform; conversations: number[]; count: number }
  | { do: 'conversations'; platform: Platform; count: number }
  | { do: 'repair'; conversation: number; keep: number; spoil: boolean; wait: boolean }
  | { do: 'fault'; platform: Platform; edge: 'conversations' | 'messages'; fault: object; times: number }
  | { do: 'dead cursors'; platform: Platform }
  | { do: 'forget the last sync' }
  | { do: 'clock skew' }
  | { do: 'new token' }
  | { do: 'replace the worker'; gap: boolean }
  | { do: 'kill a worker' };

/** Body of `POST /api/pages/:id/sync`. */
export interface SyncRequest {
  mode: 'full' | 'incremental' | 'selective';
  messageDepth?: number | 'all';
  maxConversations?: number;
  platforms?: Platform[];
  unreadOnly?: boolean;
  since?: string;
  until?: string;
}

const platform = fc.constantFrom(...PLATFORMS);
/** Some are met again and again, others lie deep in the inbox. */
const conversation = fc.oneof(fc.nat(3), fc.nat(1000));
/** A page of Graph, a nested page, and a history page are 25, 25 and 100: below, at and above each. */
const count = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(19, 20, 21, 24, 25, 26, 60, 101, 150));

const messageDepth = fc.option(
  fc.oneof(fc.constantFrom<(number | 'all')[]>('all', 1, 5, 20, 25, 26), fc.integer({ min: 1, max: 120 })),
  { nil: undefined },
);
const maxConversations = fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined, freq: 3 });
/** The simulator's inbox ends on 31 January 2026 and reaches back some hours; what changes is newer. */
const time = fc.oneof(
  fc
    .integer({ min: 1, max: 300 })
    .map((minutes) => new Date(Date.UTC(2026, 0, 31, 12, 35) - minutes * 60_000)),
  fc.constant(new Date(Date.UTC(2026, 1, 1))),
);

const selective: fc.Arbitrary<SyncRequest> = fc
  .record({
    maxConversations,
    messageDepth,
    platforms: fc.option(fc.subarray([...PLATFORMS], { minLength: 1 }), { nil: undefined }),
    unreadOnly: fc.option(fc.boolean(), { nil: undefined }),
    times: fc.subarray(['since', 'until'] as const),
    from: time,
    to: time,
  })
  .map(({ times, from, to, ...rest }) => {
    const [since, until] = [from, to].sort((a, b) => a.getTime() - b.getTime()).map((at) => at.toISOString());
    return {
      ...rest,
      mode: 'selective' as const,
      // at least one of the selection's fields must be given
      unreadOnly: rest.unreadOnly ?? false,
      ...(times.includes('since') ? { since } : {}),
      ...(times.includes('until') ? { until } : {}),
    };
  });
const whole: fc.Arbitrary<SyncRequest> = fc.record({
  mode: fc.constantFrom('full' as const, 'incremental' as const),
  messageDepth,
  maxConversations,
});

const error = (name: string, more: object = {}) => ({ kind: 'error', name, ...more });
const fault = fc.constantFrom<object[]>(
  error('transient-2'),
  error('http-503'),
  error('throttle-613', { regainMinutes: 0 }),
  error('dead-cursor'),
  error('reduce-data'),
  error('permission-10'),
  { kind: 'reset' },
  { kind: 'truncate', bytes: 200 },
  { kind: 'garbage' },
);

const of = <T extends object>(weight: number, shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => ({
  weight,
  arbitrary: fc.record(shape) as unknown as fc.Arbitrary<Deed>,
});
const only = <T extends string>(weight: number, ...names: T[]) =>
  of(weight, { do: fc.constantFrom(...names) });

const start = of(12, {
  do: fc.constant('start'),
  request: fc.oneof({ weight: 3, arbitrary: whole }, { weight: 1, arbitrary: selective }),
  insist: fc.boolean(),
});

const deed: fc.Arbitrary<Deed> = fc.oneof(
  start,
  of(6, { do: fc.constant('message'), platform, conversation, count }),
  of(5, { do: fc.constant('echo'), count }),
  of(2, {
    do: fc.constant('messages in one second'),
    platform,
    conversations: fc.array(conversation, { minLength: 2, maxLength: 12 }),
    count: fc.constantFrom(1, 2, 30),
  }),
  of(2, { do: fc.constant('conversations'), platform, count: fc.integer({ min: 1, max: 12 }) }),
  of(3, {
    do: fc.constant('repair'),
    conversation: fc.nat(1000),
    keep: fc.constantFrom(0, 2, 10),
    spoil: fc.boolean(),
    wait: fc.boolean(),
  }),
  of(3, {
    do: fc.constant('fault'),
    platform,
    edge: fc.constantFrom('conversations', 'messages'),
    fault,
    times: fc.integer({ min: 1, max: 3 }),
  }),
  of(2, { do: fc.constant('dead cursors'), platform }),
  of(2, { do: fc.constant('replace the worker'), gap: fc.boolean() }),
  only(3, 'cancel'),
  only(3, 'take up'),
  only(4, 'pause', 'resume'),
  only(2, 'forget the last sync', 'clock skew', 'new token'),
  only(1, 'kill a worker'),
);

const after = (what: fc.Arbitrary<Deed>): fc.Arbitrary<Command> =>
  fc
    .record({ afterCalls: fc.oneof(fc.nat(3), fc.nat(40)), deed: what })
    .map(({ afterCalls, deed }) => ({ afterCalls, ...deed }));

/** @param commands how many there are at most */
export function scenarios(commands: number): fc.Arbitrary<Scenario> {
  return fc.record({
    page: fc.record({
      conversations: fc.integer({ min: 60, max: 250 }),
      messages: fc.integer({ min: 4, max: 30 }),
      instagramShare: fc.constantFrom(0.1, 0.3, 0.6),
      seed: fc.nat(1_000_000),
    }),
    latencyMs: fc.constantFrom(0, 4, 15),
    // without a sync there is little that could go wrong
    commands: fc
      .tuple(
        after(start.arbitrary),
        fc.array(after(deed), { minLength: Math.ceil(commands / 2), maxLength: commands - 1, size: 'max' }),
      )
      .map(([first, rest]) => [first, ...rest]),
  });
}
