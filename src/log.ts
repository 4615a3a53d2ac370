import pino, { type Logger } from 'pino';

export type { Logger };

/**
 * Structured logs, one JSON object a line.
 *
 * @param file absent: standard error, so that standard output stays for people
 */
export function createLogger(level: string, name: string, file?: string): Logger {
  return pino(
    {
      level,
      name,
      redact: {
        paths: [
          'req.headers.authorization',
          'req.headers.cookie',
          'req.headers["x-csrf-token"]',
          'res.headers["set-cookie"]',
          '*.accessToken',
        ],
        censor: '…',
      },
    },
    pino.destination({ dest: file ?? 2, sync: true, mkdir: true }),
  );
}
