/** How an area is filled: told apart without its colour too. */
export type Fill = 'solid' | 'stripes' | 'dots' | 'grid';

/** One kind of value of a chart. */
export interface Series {
  key: string;
  name: string;
  /** A CSS colour. */
  color: string;
  fill?: Fill;
}

/** A day and its values by the keys of series; `null`: there is none. */
export interface DayRow {
  day: string;
  [key: string]: string | number | null;
}

export const OUTCOMES: readonly Series[] = [
  { key: 'succeeded', name: 'Complete', color: 'var(--success)' },
  { key: 'partial', name: 'Stopped early', color: 'var(--warning)', fill: 'stripes' },
  { key: 'cancelled', name: 'Cancelled', color: 'var(--line-strong)', fill: 'dots' },
  { key: 'failed', name: 'Failed', color: 'var(--danger)', fill: 'grid' },
];

export const CONVERSATIONS: readonly Series[] = [
  { key: 'inserted', name: 'New', color: 'var(--success)' },
  { key: 'updated', name: 'Updated', color: 'var(--accent)', fill: 'stripes' },
  { key: 'unchanged', name: 'Unchanged', color: 'var(--line-strong)', fill: 'dots' },
  { key: 'setAside', name: 'Set aside', color: 'var(--danger)', fill: 'grid' },
];

export const DIRECTIONS: readonly Series[] = [
  { key: 'inbound', name: 'From customers', color: 'var(--accent)' },
  { key: 'outbound', name: 'From us', color: 'var(--success)', fill: 'stripes' },
];
