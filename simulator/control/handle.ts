import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { jsonAnswer, send } from '../respond.ts';
import type { World } from '../world.ts';
import { ControlError } from './input.ts';
import { type ControlRequest, control, rowStream } from './routes.ts';

/** Serves one request under `/_control`. Answers 200 with JSON, or 4xx with `{error}`. */
export async function handleControl(
  request: IncomingMessage,
  response: ServerResponse,
  world: World,
): Promise<void> {
  try {
    const asked = await read(request);
    const stream = rowStream(world, asked);
    if (!stream) return send(response, jsonAnswer(200, await control(world, asked)));
    // The first chunk is made before the head is written: a wrong request still gets its 4xx.
    let chunk = stream.next();
    response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=UTF-8' });
    while (!chunk.done && !response.destroyed) {
      const lines = chunk.value.map((row) => `${JSON.stringify(row)}\n`).join('');
      if (!response.write(lines)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
      chunk = stream.next();
    }
    response.end();
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    send(response, jsonAnswer(error.status, { error: error.message }));
  }
}

async function read(request: IncomingMessage): Promise<ControlRequest> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: request.method ?? 'GET',
    path: url.pathname.replace(/^\/_control/, '').replace(/\/$/, ''),
    query: Object.fromEntries(url.searchParams),
    body: text === '' ? {} : parse(text),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError(400, 'the body is not JSON');
  }
}
