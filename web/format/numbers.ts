const WHOLE = new Intl.NumberFormat('en');
const DECIMAL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** `12,345` */
export function formatCount(value: number): string {
  return WHOLE.format(value);
}

/** `12.3` */
export function formatDecimal(value: number): string {
  return DECIMAL.format(value);
}

/** `15 conversations`, `1 conversation` */
export function formatNumberOf(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** `98.5%` */
export function formatPercent(value: number): string {
  return `${formatDecimal(value)}%`;
}
