import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { Problem } from './problem.ts';

/** The strong ETag of a resource as it is shown: another text, another tag. */
export function etagOf(resource: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(resource)).digest('base64url')}"`;
}

/**
 * Whether the client has the resource as it is. Asked here and not of Express, which would say no to everyone who uses
 * `fetch`: it adds `Cache-Control: no-cache`, by which only caches on the way are meant.
 */
export function isKnown(req: Request, etag: string): boolean {
  const known = req.get('if-none-match');
  if (known === undefined) return false;
  return known.trim() === '*' || tagsOf(known).some((tag) => tag.replace(/^W\//, '') === etag);
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
  // weak tags never match here (RFC 9110, 13.1.1)
  if (tagsOf(wanted).includes(etagOf(current))) return;
  const detail = 'It has changed since you read it. Read it again, and decide anew.';
  throw new Problem(412, 'precondition-failed', 'The resource has changed', detail);
}

function tagsOf(header: string): string[] {
  return header.split(',').map((tag) => tag.trim());
}
