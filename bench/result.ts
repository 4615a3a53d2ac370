import type { Closers } from '../src/local/closers.ts';
import type { Installation, InstallationOptions } from './stack/installation.ts';
import type { Servers } from './stack/servers.ts';

/** Numbers by name; a text says why there is none. */
export type Figures = Record<string, number | string>;

/** One line of the report. */
export interface Result {
  /** What was measured, in a few words. */
  what: string;
  parameters: Figures;
  measured: Figures;
  reference: Figures;
  /** Measured against the reference that the goal names. */
  ratio: number;
  goal: string;
  met: boolean;
}

/** What a bench works with. */
export interface Lab {
  servers: Servers;
  /** Stopped at the end of the bench. */
  closers: Closers;
  install(options: InstallationOptions): Promise<Installation>;
  /** A size at the scale that was asked for. */
  scaled(size: number, least?: number): number;
  /** Says how far it is. */
  say(line: string): void;
}

export interface Bench {
  /** By which it is run. */
  name: string;
  about: string;
  run(lab: Lab): Promise<Result[]>;
}

/** A goal that is met from the bound upwards. */
export function atLeast(bound: number, ratio: number, of: string) {
  return { ratio, goal: `≥ ${bound} ${of}`, met: ratio >= bound };
}

/** A goal that is met from the bound downwards. */
export function atMost(bound: number, ratio: number, of: string) {
  return { ratio, goal: `≤ ${bound} ${of}`, met: ratio <= bound };
}
