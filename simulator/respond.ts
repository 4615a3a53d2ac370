import type { ServerResponse } from 'node:http';
import type { Failure } from './graph/failure.ts';
import { withNumbers } from './inbox/oddities.ts';

/** An answer ready to go out. */
export type Answer = { status: number; headers: Record<string, string>; text: string };

const JSON_TYPE = 'application/json; charset=UTF-8';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
let traces = 0;

/** An answer with a JSON value. */
export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  const json = JSON.stringify(value);
  const text = json.includes('\\u0001number:') ? withNumbers(json) : json;
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, text };
}

/** The answer of a failure; errors in Graph's shape get an `fbtrace_id`. */
export function failureAnswer(failure: Failure, headers: Record<string, string>): Answer {
  if (failure.text !== undefined) {
    const type = { 'content-type': failure.contentType ?? 'text/plain' };
    return { status: failure.status, headers: { ...type, ...headers }, text: failure.text };
  }
  const error = failure.body?.error;
  const traced =
    typeof error === 'object' && error !== null && 'code' in error
      ? { ...failure.body, error: { ...error, fbtrace_id: traceId() } }
      : failure.body;
  return jsonAnswer(failure.status, traced, headers);
}

/** Writes an answer out whole. */
export function send(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.text);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.end(body);
}

/** Promises the whole answer, writes its first `bytes` and cuts the connection. */
export function sendCut(response: ServerResponse, answer: Answer, bytes: number): void {
  const body = Buffer.from(answer.text);
  const kept = body.subarray(0, Math.min(bytes, Math.max(0, body.length - 1)));
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.flushHeaders();
  response.write(kept, () => response.socket?.destroy());
}

function traceId(): string {
  traces += 1;
  let id = 'A';
  let rest = Math.imul(traces, 0x9e3779b1) >>> 0;
  for (let i = 0; i < 10; i += 1) {
    id += LETTERS[rest % 62];
    rest = (Math.imul(rest, 0x85ebca6b) + 12345) >>> 0;
  }
  return id;
}
