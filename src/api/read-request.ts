import type { Request } from 'express';
import type { z } from 'zod';
import { decodeCursor, type Keyset } from '../store/index.ts';
import { Problem, validationProblem } from './problem.ts';

/**
 * The request's body by its schema; no body at all is `{}`.
 *
 * @throws Problem 415 when there is a body that is not JSON, 422 naming each wrong field
 */
export function readBody<T>(req: Request, schema: z.ZodType<T>): T {
  const hasBody =
    req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  if (hasBody && !req.is('application/json')) {
    throw new Problem(415, 'unsupported-media-type', 'The body must be application/json');
  }
  const parsed = schema.safeParse(req.body ?? {});
  if (!parsed.success) throw validationProblem(parsed.error, 'body');
  return parsed.data;
}

/** The request's query by its schema. @throws Problem 400 naming each wrong parameter */
export function readQuery<T>(req: Request, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(req.query);
  if (!parsed.success) throw validationProblem(parsed.error, 'query');
  return parsed.data;
}

/** Where a list begins. @throws Problem 400 when the cursor is none of ours */
export function keysetOf(query: { limit: number; cursor?: string | undefined }): Keyset {
  if (query.cursor === undefined) return { after: null, limit: query.limit };
  const after = decodeCursor(query.cursor);
  if (after === null) {
    throw new Problem(400, 'validation', 'The query is not valid', 'cursor: is not one of ours', {
      errors: [{ field: 'cursor', message: 'is not one of ours' }],
    });
  }
  return { after, limit: query.limit };
}
