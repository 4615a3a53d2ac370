import { expect } from 'vitest';

/** Holds an answer against a problem, and what it adds. */
export async function expectProblem(
  response: Response,
  status: number,
  name: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(await response.json()).toMatchObject({ status, type: `urn:pagesync:problem:${name}`, ...more });
  expect(response.status).toBe(status);
}
