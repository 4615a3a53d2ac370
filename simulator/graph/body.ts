import type { IncomingMessage } from 'node:http';

const LARGEST_BYTES = 1024 * 1024;

/** The parameters in a request's body, urlencoded or JSON; lists in JSON are joined by commas. */
export async function bodyParameters(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= LARGEST_BYTES) chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString('utf8').trim();
  if (!/json/i.test(request.headers['content-type'] ?? '')) return new URLSearchParams(text);
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(parse(text))) parameters.set(name, textOf(value));
  return parameters;
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text || '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
