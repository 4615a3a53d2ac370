import path from 'node:path';
import { type Program, startProgram } from './program.ts';

/** The Graph simulator, a process of its own so that what it computes is in nobody's event loop. */
export interface Simulator {
  program: Program;
  url: string;
  /** The control endpoint, without `/_control`. */
  control<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T>;
}

/** What the simulator's own flags say; 0 switches either off. */
export interface SimulatorOptions {
  latencyMs: number;
  callsPerSecond: number;
}

export async function startSimulator(folder: string, options: SimulatorOptions): Promise<Simulator> {
  const flags = { latency: options.latencyMs, 'calls-per-second': options.callsPerSecond, conversations: 0 };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const log = path.join(folder, 'simulator.log');
  const program = await startProgram('simulator/main.ts', args, {}, log, /"listening":"([^"]+)"/);
  const url = program.ready[1] ?? '';
  return {
    program,
    url,
    async control<T>(method: string, controlPath: string, body?: object) {
      const response = await fetch(`${url}/_control${controlPath}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer: unknown = await response.json();
      if (!response.ok) throw new Error(`Simulator: ${JSON.stringify(answer)}`);
      return answer as T;
    },
  };
}
