const SHORT_DAY = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
const LONG_DAY = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' });

/** `Nov 22`. @param day a date without a time, as `2026-11-22` */
export function formatShortDate(day: string): string {
  return SHORT_DAY.format(new Date(day));
}

/** `Nov 22, 2026`. @param day a date without a time, as `2026-11-22` */
export function formatDate(day: string): string {
  return LONG_DAY.format(new Date(day));
}

/** The day so many days later, or before. @param day as `2026-11-22` */
export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
