import cors from 'cors';
import type { RequestHandler } from 'express';

/**
 * Lets pages of these origins read answers (CORS). They send a token: cookies of ours are for our own pages.
 *
 * @param origins exactly as browsers send them; none: nobody else's pages
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  return cors({
    origin: origins.length === 0 ? false : [...origins],
    credentials: false,
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Last-Event-ID',
    ],
    exposedHeaders: [
      'ETag',
      'Location',
      'Idempotency-Replayed',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'Content-Disposition',
      'WWW-Authenticate',
    ],
    maxAge: 600,
  });
}
