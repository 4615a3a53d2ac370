import type { MessageHistoryResource } from '../../../src/contract/message-history.ts';

export type Hour = MessageHistoryResource['hours'][number];

/** Which messages are counted. */
export type HeatOf = 'all' | 'inbound' | 'outbound';

/** How much there is of one hour, as seen beside the others: 0 is nothing, 4 the most. */
export type HeatLevel = 0 | 1 | 2 | 3 | 4;

export const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;

export interface HeatCell {
  hour: number;
  messages: number;
  level: HeatLevel;
}

/** @param most of any hour */
export function heatLevel(messages: number, most: number): HeatLevel {
  if (messages === 0 || most === 0) return 0;
  return Math.min(4, Math.ceil((4 * messages) / most)) as HeatLevel;
}

/** The hours of the week as rows of days, Monday first. */
export function heatRows(hours: readonly Hour[], of: HeatOf): { weekday: string; cells: HeatCell[] }[] {
  const count = ({ inbound, outbound }: Hour) =>
    of === 'all' ? inbound + outbound : of === 'inbound' ? inbound : outbound;
  const most = Math.max(0, ...hours.map(count));
  return WEEKDAYS.map((weekday, index) => ({
    weekday,
    cells: hours
      .filter((hour) => hour.weekday === index + 1)
      .sort((a, b) => a.hour - b.hour)
      .map((hour) => ({ hour: hour.hour, messages: count(hour), level: heatLevel(count(hour), most) })),
  }));
}
