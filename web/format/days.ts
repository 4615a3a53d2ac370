import { formatDay } from './times.ts';

/** The day of a moment where the reader is, as `2026-11-22`. */
export function localDay(time: string | number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `Today`, `Yesterday`, `Sunday, November 22, 2026`, where the reader is */
export function formatDayName(iso: string, nowMs = Date.now()): string {
  const day = localDay(iso);
  if (day === localDay(nowMs)) return 'Today';
  const yesterday = new Date(nowMs);
  yesterday.setDate(yesterday.getDate() - 1);
  return day === localDay(yesterday.getTime()) ? 'Yesterday' : formatDay(iso);
}
