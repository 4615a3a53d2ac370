import { initialsOf } from './conversation-row.ts';

/** The initials of a name, which stands beside it. */
export function Avatar({ name, size = 'size-10 text-sm' }: { name: string; size?: string }) {
  return (
    <span
      aria-hidden
      className={`flex shrink-0 items-center justify-center rounded-full border border-line bg-accent-soft font-semibold text-accent-strong ${size}`}
    >
      {initialsOf(name)}
    </span>
  );
}
