import type { Series } from './series.ts';

const SIZE = 6;

/** The filling of a series, to be used as `url(#id)`. */
export function FillPattern({ id, series: { color, fill = 'solid' } }: { id: string; series: Series }) {
  return (
    <pattern id={id} width={SIZE} height={SIZE} patternUnits="userSpaceOnUse">
      <rect width={SIZE} height={SIZE} fill={color} fillOpacity={fill === 'solid' ? 1 : 0.3} />
      {fill === 'stripes' && <path d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2" stroke={color} strokeWidth={1.6} />}
      {fill === 'dots' && <circle cx={SIZE / 2} cy={SIZE / 2} r={1.5} fill={color} />}
      {fill === 'grid' && <path d="M0,3 H6 M3,0 V6" stroke={color} strokeWidth={1.6} />}
    </pattern>
  );
}

/** What a filling means. */
export function Legend({ id, series }: { id: string; series: readonly Series[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      {series.map((one) => (
        <li key={one.key} className="flex items-center gap-1.5">
          <svg aria-hidden="true" className="size-3 rounded-xs">
            <defs>
              <FillPattern id={`${id}-legend-${one.key}`} series={one} />
            </defs>
            <rect width="100%" height="100%" fill={`url(#${id}-legend-${one.key})`} stroke={one.color} />
          </svg>
          {one.name}
        </li>
      ))}
    </ul>
  );
}
