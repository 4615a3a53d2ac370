import { parseArgs } from 'node:util';
import { BENCHES } from './cases/index.ts';
import type { Bench } from './result.ts';

export const HELP = `Usage: npm run bench -- [names] [flags]

Measures what Pagesync costs, as ratios within one run on one machine. Without names all benches run.

  --list         name the benches
  --scale F      make them smaller: 0.1 is a tenth of every size; ratios of small runs say little (1)
  --json FILE    write the JSON lines there too
  --help         this text
`;

export interface Arguments {
  benches: readonly Bench[];
  scale: number;
  jsonFile: string | null;
  list: boolean;
  help: boolean;
}

/** @throws Error with a sentence for a wrong flag or an unknown name */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    strict: true,
    options: {
      list: { type: 'boolean', default: false },
      scale: { type: 'string', default: '1' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 1)) throw new Error('--scale must be above 0 and at most 1');
  const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) throw new Error(`There is no bench ${unknown.join(', ')}; see --list`);
  return {
    benches: positionals.length === 0 ? BENCHES : BENCHES.filter(({ name }) => positionals.includes(name)),
    scale,
    jsonFile: values.json ?? null,
    list: values.list,
    help: values.help,
  };
}
