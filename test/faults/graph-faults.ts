import type { Graph } from './graph.ts';
import type { Random } from './random.ts';
import type { Undisturbed } from './undisturbed.ts';

type Fault = { kind: string; [field: string]: unknown };

/** Longer than the programs of these campaigns wait for Graph (`GRAPH_TIMEOUT_SECONDS`). */
export const GRAPH_TIMEOUT_SECONDS = '1';
const TOO_LATE_MS = 1500;

const TRANSIENT = [
  'transient-1',
  'transient-2',
  'is-transient',
  'transient-code-unknown',
  'batch-960',
  'http-500-html',
  'http-502-empty',
  'http-503',
  'http-504',
] as const;
const THROTTLES = [
  'throttle-4',
  'throttle-17',
  'throttle-32',
  'throttle-613',
  'throttle-80006',
  'subcode-2446079',
  'http-429',
] as const;
const CORRUPT = ['{"data":', '{}', '[]', 'null', '{"data":null}', '{"data":{"id":"1"}}', '\u0000'] as const;

/** An answer that is dropped, late, cut or garbled, or that says "later": asked again, it is the right one. */
export function passingFault(random: Random): Fault {
  const kinds: [() => Fault, ...(() => Fault)[]] = [
    () => ({ kind: 'error', name: random.pick(TRANSIENT) }),
    () => ({ kind: 'error', name: random.pick(THROTTLES), regainMinutes: 0 }),
    () => ({ kind: 'raw', status: 200, body: random.pick(CORRUPT) }),
    () => ({ kind: 'raw', status: random.pick([500, 502, 503]), body: '<html>' }),
    () => ({ kind: 'delay', ms: random.between(100, 600) }),
    () => ({ kind: 'delay', ms: TOO_LATE_MS }),
    () => ({ kind: 'hang' }),
    () => ({ kind: 'reset' }),
    () => ({ kind: 'truncate', bytes: random.between(0, 20_000) }),
    () => ({ kind: 'garbage' }),
    () => ({ kind: 'empty-body' }),
  ];
  return random.pick(kinds)();
}

/** Changes how the inbox is cut into pages: an empty page that has a next one, a refusal of so much data. */
function cuttingFault(random: Random): Fault {
  return random.pick<Fault>([
    { kind: 'empty-page-with-next' },
    { kind: 'error', name: 'reduce-data' },
    { kind: 'error', name: 'reduce-data-minus-3' },
  ]);
}

/** Makes the walk of a stream start over; a run does that once. */
function restartingFault(random: Random): Fault {
  return random.pick<Fault>([
    { kind: 'same-cursor' },
    { kind: 'error', name: 'dead-cursor' },
    { kind: 'error', name: 'dead-cursor-2642' },
  ]);
}

/** Part of a stream's calls that meet a fault, and of the calls for messages of single conversations. */
const SHARE = 0.5;
const MESSAGES_SHARE = 0.1;

/**
 * Lets every stream of the walk meet faults at random calls of its own, one of which makes it start over. Calls for
 * older messages meet faults that pass.
 *
 * @returns counts the faults that were really met, by kind
 */
export function addGraphFaults(
  graph: Graph,
  random: Random,
  { walks, messageCalls }: Undisturbed,
): () => Record<string, number> {
  const ids = new Set<string>();
  const add = (match: object, fault: Fault) => {
    ids.add((graph.control('POST', '/faults', { match, times: 1, fault }) as { id: string }).id);
  };
  for (const [name, walk] of walks) {
    const [page, platform] = name.split(' ');
    const match = { page, platform, edge: 'conversations' };
    const restartAt = Math.ceil(walk.length / 2) + 1;
    // on a first page the same cursor once more would be an honest answer, so this needs some pages before it
    if (walk.length >= 4) add({ ...match, afterCalls: restartAt }, restartingFault(random));
    for (const afterCalls of random.distinct(Math.ceil(walk.length * SHARE), 1, walk.length)) {
      if (walk.length >= 4 && afterCalls === restartAt) continue;
      const fault = random.between(1, 4) === 1 ? cuttingFault(random) : passingFault(random);
      add({ ...match, afterCalls }, fault);
    }
  }
  for (const [page, calls] of messageCalls) {
    for (const afterCalls of random.distinct(Math.floor(calls * MESSAGES_SHARE), 1, calls)) {
      add({ page, edge: 'messages', afterCalls }, passingFault(random));
    }
  }
  return () => {
    const met: Record<string, number> = {};
    const rules = graph.control('GET', '/faults') as { id: string; hits: number; fault: Fault }[];
    for (const { id, hits, fault } of rules) {
      if (!ids.has(id) || hits === 0) continue;
      const what = fault.kind === 'error' ? String(fault.name) : fault.kind;
      met[what] = (met[what] ?? 0) + hits;
    }
    return met;
  };
}
