import { CommanderError } from 'commander';
import { EXIT, type Exit, exitOfStatus } from './exit-codes.ts';
import { ApiError, Unreachable } from './http.ts';
import { printable } from './terminal-text.ts';

/** Ends the command; `message` is empty when all has been said. */
export class CommandFailure extends Error {
  readonly exit: Exit;

  constructor(exit: Exit, message = '') {
    super(message);
    this.exit = exit;
  }
}

/**
 * Says on standard error why the command ended.
 *
 * @param json as one line of JSON: the problem as the API told it
 * @returns the exit code
 */
export function reportFailure(error: unknown, json: boolean): number {
  // commander has said it already; help is no failure
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done.code : EXIT.usage.code;
  const { exit, problem } = failureOf(error);
  if (problem !== null) process.stderr.write(`${json ? JSON.stringify(problem) : problemText(problem)}\n`);
  return EXIT[exit].code;
}

/** What went wrong, as the API says it (RFC 9457), whoever has found it. */
type Problem = Partial<ApiError['body']>;

function failureOf(error: unknown): { exit: Exit; problem: Problem | null } {
  if (error instanceof ApiError) return { exit: exitOfStatus(error.status), problem: error.body };
  if (error instanceof Unreachable) {
    return { exit: 'unreachable', problem: { title: 'No answer', detail: error.message } };
  }
  if (error instanceof CommandFailure) {
    return { exit: error.exit, problem: error.message === '' ? null : { detail: error.message } };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exit: 'fault', problem: { title: 'A fault of pagesync', detail } };
}

function problemText({ title, detail, errors = [] }: Problem): string {
  const head = [title, detail].filter((text) => text !== undefined && text !== '').join(': ');
  return [head, ...errors.map(({ field, message }) => `  ${field}: ${message}`)].map(printable).join('\n');
}
