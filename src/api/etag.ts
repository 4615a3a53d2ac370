import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { Problem } from './problem.ts';

/** The strong ETag of a resource as it is shown: another text, another tag. */
export function etagOf(resource: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(resource)).digest('base64url')}"`;
}

/**
 * Goes on only if the resource is as the client saw it. A request without `If-Match` does not care.
 *
 * @param current the resource as it is now, as a GET shows it
 * @throws Problem 412
 */
export function requireMatch(req: Request, current: unknown): void {
  const wanted = req.get('if-match');
  if (wanted === undefined || wanted.trim() === '*') return;
  const tags = wanted.split(',').map((tag) => tag.trim());
  // weak tags never match here (RFC 9110, 13.1.1)
  if (tags.includes(etagOf(current))) return;
  const detail = 'It has changed since you read it. Read it again, and decide anew.';
  throw new Problem(412, 'precondition-failed', 'The resource has changed', detail);
}
