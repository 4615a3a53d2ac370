import { formatNumberOf } from './numbers.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Units in which people give an interval, the largest first. */
export const INTERVAL_UNITS = [
  { unit: 'day', seconds: DAY },
  { unit: 'hour', seconds: HOUR },
  { unit: 'minute', seconds: MINUTE },
] as const;
export type IntervalUnit = (typeof INTERVAL_UNITS)[number]['unit'];

/** Intervals that people choose most, in seconds. */
export const COMMON_INTERVALS: readonly number[] = [
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  7 * DAY,
];

/** An interval in the largest unit that needs no fraction; seconds that make no whole minute stay seconds. */
function partsOf(seconds: number): { amount: number; unit: IntervalUnit | 'second' } {
  const fitting = INTERVAL_UNITS.find((one) => seconds % one.seconds === 0);
  return fitting === undefined
    ? { amount: seconds, unit: 'second' }
    : { amount: seconds / fitting.seconds, unit: fitting.unit };
}

/** `Every hour`, `Every 15 minutes` */
export function formatInterval(seconds: number): string {
  const { amount, unit } = partsOf(seconds);
  return amount === 1 ? `Every ${unit}` : `Every ${formatNumberOf(amount, unit)}`;
}

/** An interval as somebody edits it: a number, which may be a fraction, and a unit. */
export function editableInterval(seconds: number): { amount: number; unit: IntervalUnit } {
  const { amount, unit } = partsOf(seconds);
  return unit === 'second'
    ? { amount: Number((seconds / MINUTE).toFixed(2)), unit: 'minute' }
    : { amount, unit };
}

/** Seconds of what somebody has entered. */
export function secondsOf(amount: number, unit: IntervalUnit): number {
  const { seconds } = INTERVAL_UNITS.find((one) => one.unit === unit) ?? { seconds: MINUTE };
  return Math.round(amount * seconds);
}
