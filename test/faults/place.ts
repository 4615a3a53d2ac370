import { eventually } from '../support/eventually.ts';
import { type Program, startProgram } from '../support/program.ts';

/** Far above what a start takes: a machine may be very busy. */
const START_MS = 240_000;
const START_AGAIN_MS = 500;
const STOP_MS = 30_000;

/** A place that always has the same program in it, however often that is killed. */
export class Place {
  readonly #file: string;
  readonly #env: Record<string, string>;
  readonly #readyLine: string;
  #program: Program;
  #triesLeft = 20;
  /** The program that we have ended, or are about to. */
  #expected: Program | null = null;
  /** Ends that nobody asked for. */
  readonly deaths: string[] = [];

  /** @param readyLine what it prints when it is at work */
  constructor(file: string, env: Record<string, string>, readyLine: string) {
    this.#file = file;
    this.#env = env;
    this.#readyLine = readyLine;
    this.#program = this.#launch();
  }

  #launch(): Program {
    const program = startProgram(this.#file, [], this.#env);
    void program.exited.then((code) => {
      if (program === this.#expected) return;
      // at its start a program needs PostgreSQL, and leaves when that is away: whoever runs it starts it again
      if (code === 1 && !program.output().includes(this.#readyLine) && this.#triesLeft-- > 0) {
        setTimeout(() => {
          this.#program = this.#launch();
        }, START_AGAIN_MS);
        return;
      }
      this.deaths.push(`${this.#file} ended by itself (${code}): ${program.output().slice(-2000)}`);
    });
    return program;
  }

  /** What the present program has printed. */
  get output(): string {
    return this.#program.output();
  }

  async ready(): Promise<void> {
    await eventually(
      () => this.deaths.length > 0 || this.output.includes(this.#readyLine),
      () => `${this.#file} to start: ${this.output}`,
      START_MS,
    );
  }

  /** `kill -9`; the next one is started at once and not waited for. */
  async kill(): Promise<void> {
    const program = this.#program;
    this.#expected = program;
    program.kill('SIGKILL');
    await program.exited;
    this.#program = this.#launch();
  }

  /** Asks the program to stop, as an operator does. @returns what was wrong with its end */
  async stop(): Promise<string[]> {
    // one that was started a moment ago would die of the signal
    await this.ready().catch(() => {});
    const program = this.#program;
    this.#expected = program;
    program.kill('SIGTERM');
    const late = setTimeout(() => program.kill('SIGKILL'), STOP_MS);
    const code = await program.exited;
    clearTimeout(late);
    const wrong =
      code === 0
        ? []
        : [`${this.#file} ended with ${code} when asked to stop: ${program.output().slice(-2000)}`];
    return [...this.deaths, ...wrong];
  }
}
