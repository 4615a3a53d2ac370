import type { Figures } from '../result.ts';
import { measureCpu } from '../stack/cpu.ts';
import { readTemporalRequests } from '../stack/temporal-metrics.ts';
import { percentile } from '../statistics.ts';
import type { Plan } from './posts.ts';
import type { Generator } from './start-generator.ts';
import type { Target } from './targets.ts';

/** What the requirement asks for, in milliseconds. */
export const BOUNDS = { answer: 200, applied: 2000 } as const;
export const GOAL = `p99 of the 200 < ${BOUNDS.answer} ms, of POST to row < ${BOUNDS.applied} ms, none lost, none twice`;

/** One load, and what came of it. */
export interface Step {
  rate: number;
  /** What did not hold, in words; empty = all of it held. */
  broken: string[];
  figures: Figures;
  /** Percent of one CPU, by program, while it was posted. */
  cpu: Figures;
}

/** What of the run's servers is looked at besides the target. */
export interface Watched {
  /** Whose CPU is reported, by name. */
  pids: Record<string, number>;
  temporalMetricsUrl: string;
}

/** What a webhook makes Temporal do, by the name it is reported under; syncs and schedules count too. */
const TEMPORAL_OPERATIONS = {
  signals: 'SignalWithStartWorkflowExecution',
  workflowTasks: 'RespondWorkflowTaskCompleted',
  activities: 'RespondActivityTaskCompleted',
} as const;

/** Puts a load on a target and sees what becomes of it. */
export async function runStep(
  generator: Generator,
  target: Target,
  plan: Plan,
  { pids, temporalMetricsUrl }: Watched,
): Promise<Step> {
  const before = await readTemporalRequests(temporalMetricsUrl);
  const began = performance.now();
  const cpuOf = measureCpu({ ...target.pids, ...pids, generator: generator.pid });
  const posts = await generator.run(plan);
  const cpu = cpuOf();
  const after = await readTemporalRequests(temporalMetricsUrl);
  const seconds = (performance.now() - began) / 1000;
  const temporal = Object.entries(TEMPORAL_OPERATIONS).map(([name, operation]) => [
    `${name}PerSecond`,
    ((after.get(operation) ?? 0) - (before.get(operation) ?? 0)) / seconds,
  ]);
  const { lost, twice, row, applied, deliveriesPerDrain } = await target.settle(plan, posts);
  const answers = posts.answered.filter((ms) => ms !== null);
  const refused = posts.answered.length - answers.length;
  const answer = spread('answer', answers);
  const whole = applied.length === 0 ? null : spread('applied', applied);
  const late = percentile(posts.late, 0.99);
  // a number that is not there does not hold
  const holds = (value: number | undefined, bound: number) => value !== undefined && value < bound;
  const broken = [
    ...(posts.gaveUp ? ['too many unanswered'] : []),
    ...(holds(answer.answerP99, BOUNDS.answer) ? [] : [`p99 of the 200 ${ms(answer.answerP99)}`]),
    ...(whole === null || holds(whole.appliedP99, BOUNDS.applied)
      ? []
      : [`p99 of POST to row ${ms(whole.appliedP99)}`]),
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(lost > 0 ? [`${lost} lost`] : []),
    ...(twice > 0 ? [`${twice} twice`] : []),
    ...(target.name === 'pagesync' && answers.length > 0 && whole === null ? ['no rows'] : []),
  ];
  return {
    rate: plan.rate,
    broken,
    cpu,
    figures: {
      posts: posts.due.length,
      ...answer,
      ...(whole === null ? {} : { ...spread('row', row), ...whole }),
      ...(deliveriesPerDrain === null ? {} : { deliveriesPerDrain, ...Object.fromEntries(temporal) }),
      // of all that ran, for an update that was posted
      cpuMsPerUpdate: (Number(cpu.machine) * 10 * seconds) / (posts.due.length * plan.updatesPerPost),
      refused,
      lost,
      twice,
      generatorLateP99: late,
    },
  };
}

function spread(name: string, values: readonly number[]): Record<string, number> {
  return {
    [`${name}P50`]: percentile(values, 0.5),
    [`${name}P99`]: percentile(values, 0.99),
    [`${name}Max`]: values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  };
}

function ms(value: number | undefined): string {
  return `${Math.round(value ?? Number.NaN)} ms`;
}

/** `worker 96 %, machine 180 %, …`, the greatest first. */
export function describeCpu(cpu: Figures): string {
  return Object.entries(cpu)
    .sort(([, a], [, b]) => Number(b) - Number(a))
    .map(([name, percent]) => `${name} ${percent} %`)
    .join(', ');
}
