import { readdirSync, readFileSync } from 'node:fs';
import type { Figures } from '../result.ts';

/** The kernel's unit in /proc: a hundredth of a second wherever Node runs. */
const TICKS_PER_SECOND = 100;

interface Moment {
  at: number;
  /** Seconds of CPU by program, its children included. */
  programs: Record<string, number>;
  /** Seconds that the machine's CPUs worked, and that they waited for a disk. */
  busy: number;
  waited: number;
}

/**
 * Begins to measure what programs take.
 *
 * @param pids by name
 * @returns ends it: percent of one CPU by program, and of the whole machine; empty where there is no /proc
 */
export function measureCpu(pids: Record<string, number>): () => Figures {
  const before = look(pids);
  return () => {
    const after = look(pids);
    if (before === null || after === null) return {};
    const seconds = (after.at - before.at) / 1000;
    const percent = (spent: number) => Math.round((spent / seconds) * 100);
    const programs = Object.keys(pids).map((name) => [
      name,
      percent((after.programs[name] ?? 0) - (before.programs[name] ?? 0)),
    ]);
    return {
      ...Object.fromEntries(programs),
      machine: percent(after.busy - before.busy),
      diskWait: percent(after.waited - before.waited),
    };
  };
}

function look(pids: Record<string, number>): Moment | null {
  try {
    const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    const [user = 0, nice = 0, system = 0, , waited = 0, irq = 0, softirq = 0] = first
      .split(/\s+/)
      .slice(1)
      .map(Number);
    const table = processes();
    return {
      at: performance.now(),
      programs: Object.fromEntries(
        Object.entries(pids).map(([name, pid]) => [name, spentBy(pid, table, new Set(Object.values(pids)))]),
      ),
      busy: (user + nice + system + irq + softirq) / TICKS_PER_SECOND,
      waited: waited / TICKS_PER_SECOND,
    };
  } catch {
    return null;
  }
}

interface Process {
  parent: number;
  own: number;
  /** Of children that have ended. */
  ended: number;
}

function processes(): Map<number, Process> {
  const table = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // the name of the program, in brackets, may hold anything
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((n) => fields[n] ?? 0);
      table.set(Number(name), {
        parent: parent ?? 0,
        own: (user ?? 0) + (system ?? 0),
        ended: (endedUser ?? 0) + (endedSystem ?? 0),
      });
    } catch {
      // it has just ended
    }
  }
  return table;
}

/** Seconds of a process and its children, those that have ended too; others that are measured count by themselves. */
function spentBy(pid: number, table: ReadonlyMap<number, Process>, measured: ReadonlySet<number>): number {
  const one = table.get(pid);
  if (one === undefined) return 0;
  let sum = (one.own + one.ended) / TICKS_PER_SECOND;
  for (const [child, { parent }] of table) {
    if (parent === pid && !measured.has(child)) sum += spentBy(child, table, measured);
  }
  return sum;
}
