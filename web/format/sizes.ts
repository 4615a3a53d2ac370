const DECIMAL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const UNITS = ['bytes', 'kB', 'MB', 'GB'] as const;

/** `48.2 kB` */
export function formatBytes(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${DECIMAL.format(bytes / 1000 ** step)} ${UNITS[step]}`;
}
