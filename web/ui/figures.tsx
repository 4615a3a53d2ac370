import type { ReactNode } from 'react';

export interface FigureValue {
  name: string;
  value: ReactNode;
  /** What it means, where the name alone does not say it. */
  hint?: ReactNode;
}

/** Numbers side by side, each with its name. */
export function Figures({ figures }: { figures: readonly FigureValue[] }) {
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] gap-x-4 gap-y-5">
      {figures.map(({ name, value, hint }) => (
        <div key={name} className="flex min-w-0 flex-col">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="text-xl font-semibold tabular-nums wrap-anywhere">{value}</dd>
          {hint !== undefined && <dd className="text-xs text-muted">{hint}</dd>}
        </div>
      ))}
    </dl>
  );
}
