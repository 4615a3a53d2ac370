/** How the program ends: scripts go by it. Help and docs/cli.md show this table. */
export const EXIT = {
  done: { code: 0, when: 'done' },
  incomplete: {
    code: 1,
    when: 'not complete: it failed, stopped early, was cancelled, or waits for a token',
  },
  usage: { code: 2, when: 'wrong arguments, or a value that the server refuses' },
  unreachable: { code: 3, when: 'the server does not answer, is too busy, or cannot work' },
  forbidden: { code: 4, when: 'no token, a wrong one, or one whose scope is too weak' },
  notFound: { code: 5, when: 'no such thing, or nothing is running that could be steered' },
  conflict: { code: 6, when: 'not now: a sync is running, there is nothing to resume, and the like' },
  interrupted: { code: 7, when: 'Ctrl+C; what was watched goes on' },
  fault: { code: 70, when: 'a fault of this program' },
} as const;

export type Exit = keyof typeof EXIT;

/** How the program ends when the API answers with this status. */
export function exitOfStatus(status: number): Exit {
  switch (status) {
    case 401:
    case 403:
      return 'forbidden';
    case 404:
    case 410:
      return 'notFound';
    case 409:
      return 'conflict';
    case 429:
      return 'unreachable';
    default:
      return status >= 500 ? 'unreachable' : 'usage';
  }
}

/** The table for people. */
export function exitCodesText(): string {
  const lines = Object.values(EXIT).map(({ code, when }) => `  ${String(code).padEnd(4)}${when}`);
  return `\nExit codes:\n${lines.join('\n')}`;
}
