import { appendFileSync, writeFileSync } from 'node:fs';
import type { Bench, Figures, Result } from './result.ts';

/** One JSON object a result, or one that says why a bench could not be measured. */
export interface Report {
  add(bench: Bench, scale: number, results: readonly Result[]): void;
  fail(bench: Bench, scale: number, error: unknown): void;
  table(): string;
}

type Row = readonly string[];

const HEAD: Row = ['bench', 'what', 'measured', 'reference', 'ratio', 'goal', 'met'];

/** @param jsonFile written line by line, so that a run that is stopped leaves what it measured */
export function createReport(jsonFile: string | null): Report {
  if (jsonFile !== null) writeFileSync(jsonFile, '');
  const rows: Row[] = [];
  const emit = (line: object) => {
    const text = JSON.stringify(line);
    console.log(text);
    if (jsonFile !== null) appendFileSync(jsonFile, `${text}\n`);
  };
  return {
    add(bench, scale, results) {
      for (const { what, parameters, measured, reference, ratio, goal, met } of results) {
        emit({
          name: bench.name,
          what,
          parameters: { ...parameters, scale },
          measured,
          reference,
          ratio,
          goal,
          met,
        });
        const texts = [figures(measured), figures(reference)];
        rows.push([bench.name, what, ...texts, ratio.toFixed(3), goal, met ? 'yes' : 'NO']);
      }
    },
    fail(bench, scale, error) {
      const message = error instanceof Error ? error.message : String(error);
      emit({ name: bench.name, parameters: { scale }, error: message });
      rows.push([bench.name, `failed: ${message.split('\n')[0]}`, '', '', '', '', 'NO']);
    },
    table: () => markdown([HEAD, HEAD.map((name) => '-'.repeat(name.length)), ...rows]),
  };
}

/** A table that reads well in a terminal and in Markdown. */
function markdown(rows: readonly Row[]): string {
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function figures(values: Figures): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? short(value) : value}`)
    .join(' · ');
}

/** Three digits are more than a shared machine can tell apart. */
function short(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)));
}
