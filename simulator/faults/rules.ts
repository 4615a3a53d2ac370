import type { Edge, Platform } from '../types.ts';

/** What happens to a call that a rule picks. */
export type Fault =
  | { kind: 'error'; name: string; regainMinutes?: number }
  | { kind: 'raw'; status: number; body: string; headers: Record<string, string> }
  | { kind: 'delay'; ms: number }
  | { kind: 'hang' }
  | { kind: 'reset' }
  | { kind: 'truncate'; bytes: number }
  | { kind: 'garbage' }
  | { kind: 'empty-body' }
  | { kind: 'same-cursor' }
  | { kind: 'empty-page-with-next' };

/** Which calls a rule is for; absent = any. `afterCalls` n: the n-th matching call is the first one hit. */
export type Match = {
  page?: string;
  platform?: Platform;
  edge?: Edge | 'any';
  conversationId?: string;
  afterCalls?: number;
};

/** A rule with its counts: `seen` matching calls, `hits` of them got the fault. */
export type Rule = {
  id: string;
  match: Match;
  times: number | 'always';
  fault: Fault;
  seen: number;
  hits: number;
};

/** What is known of a call when rules are asked. */
export type Called = {
  pageId: string | null;
  platform: Platform | null;
  edge: Edge;
  conversationId: string | null;
};

/** The rules in force, asked in the order they were added. */
export class Rules {
  #rules: Rule[] = [];
  #next = 1;

  add(match: Match, times: number | 'always', fault: Fault): string {
    const id = `fault-${this.#next}`;
    this.#next += 1;
    this.#rules.push({ id, match, times, fault, seen: 0, hits: 0 });
    return id;
  }

  list(): readonly Rule[] {
    return this.#rules;
  }

  /** Removes one rule, or all without an id; answers how many. */
  remove(id: string | null): number {
    const before = this.#rules.length;
    this.#rules = id === null ? [] : this.#rules.filter((rule) => rule.id !== id);
    return before - this.#rules.length;
  }

  /**
   * Counts the call against every rule it matches and answers the faults it gets: all delays, and the first other
   * one (rules behind that one do not count as hit).
   */
  apply(call: Called): Fault[] {
    const faults: Fault[] = [];
    let decided = false;
    for (const rule of this.#rules) {
      if (!matches(rule.match, call)) continue;
      rule.seen += 1;
      if (rule.seen < (rule.match.afterCalls ?? 1)) continue;
      if (rule.times !== 'always' && rule.hits >= rule.times) continue;
      if (rule.fault.kind !== 'delay' && decided) continue;
      rule.hits += 1;
      faults.push(rule.fault);
      decided ||= rule.fault.kind !== 'delay';
    }
    return faults;
  }
}

function matches(match: Match, call: Called): boolean {
  return (
    (match.page === undefined || match.page === call.pageId) &&
    (match.platform === undefined || match.platform === call.platform) &&
    (match.edge === undefined || match.edge === 'any' || match.edge === call.edge) &&
    (match.conversationId === undefined || match.conversationId === call.conversationId)
  );
}
