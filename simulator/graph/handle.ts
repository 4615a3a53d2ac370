import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue } from '../faults/catalogue.ts';
import { emptyPageWithNext, type ListPlace, sameCursor } from '../faults/page-faults.ts';
import type { Fault } from '../faults/rules.ts';
import { assetId } from '../page.ts';
import { type Answer, failureAnswer, jsonAnswer, send, sendCut } from '../respond.ts';
import type { Json } from '../types.ts';
import { usageHeaders } from '../usage.ts';
import type { World } from '../world.ts';
import { bodyParameters } from './body.ts';
import { type Call, parseCall } from './call.ts';
import { dispatch } from './dispatch.ts';
import { type Failure, GraphError } from './failure.ts';
import { tooManyCalls } from './failures.ts';

const GARBAGE = '<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>';

/** Serves one call of the Graph side: counts it, waits, lets faults have their way, answers and logs. */
export async function handleGraph(
  request: IncomingMessage,
  response: ServerResponse,
  world: World,
): Promise<void> {
  const startMs = performance.now();
  const at = new Date().toISOString();
  const body = request.method === 'GET' ? null : await bodyParameters(request);
  if (!body) request.resume();
  const call = parseCall(request, world, body);
  world.answered += 1;
  const inTime = takeRate(call, world, startMs);
  const faults = world.rules.apply({ ...call, pageId: call.page?.id ?? null });
  const finish = (status: number) => log(call, world, { at, status, ms: performance.now() - startMs });

  const waitMs =
    latency(world) + faults.reduce((sum, fault) => sum + (fault.kind === 'delay' ? fault.ms : 0), 0);
  // A wait must not keep a stopping process alive: closing the server ends the connection, not the timer.
  if (waitMs > 0) await sleep(waitMs, undefined, { ref: false });

  const fault = faults.find((one) => one.kind !== 'delay') ?? null;
  if (fault?.kind === 'hang') return finish(0);
  if (fault?.kind === 'reset') {
    request.socket.resetAndDestroy();
    return finish(0);
  }
  const origin = `http://${request.headers.host ?? 'localhost'}`;
  const answer = answerOf(call, world, origin, request.url ?? '/', fault, inTime);
  if (fault?.kind === 'truncate') sendCut(response, answer, fault.bytes);
  else send(response, answer);
  finish(answer.status);
}

function answerOf(
  call: Call,
  world: World,
  origin: string,
  url: string,
  fault: Fault | null,
  inTime: boolean,
): Answer {
  const headers = (failure: Failure | null) => ({
    'facebook-api-version': call.version.slice(1) || 'v25.0',
    'cache-control': 'private, no-cache, no-store, must-revalidate',
    ...usageHeaders(world.usage, world.answered, call.page, call.platform, failure),
  });
  if (fault?.kind === 'raw') {
    return { status: fault.status, headers: { ...headers(null), ...fault.headers }, text: fault.body };
  }
  if (fault?.kind === 'garbage') {
    return { status: 200, headers: { ...headers(null), 'content-type': 'text/html' }, text: GARBAGE };
  }
  if (fault?.kind === 'empty-body') return { status: 200, headers: headers(null), text: '' };
  try {
    if (fault?.kind === 'error') throw new GraphError(namedFailure(fault.name, fault.regainMinutes));
    if (!inTime && call.platform) throw new GraphError(tooManyCalls(call.platform));
    const data = dispatch(call, world, origin);
    return jsonAnswer(200, broken(data, fault, call, `${origin}${url}`), headers(null));
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return failureAnswer(error.failure, headers(error.failure));
  }
}

function namedFailure(name: string, regainMinutes: number | undefined): Failure {
  const failure = catalogue[name];
  if (!failure) throw new Error(`no failure is called ${name}`);
  return regainMinutes === undefined ? failure : { ...failure, regainMinutes };
}

function broken(data: Json, fault: Fault | null, call: Call, url: string): Json {
  if (fault?.kind !== 'same-cursor' && fault?.kind !== 'empty-page-with-next') return data;
  const inbox = call.page && call.platform ? call.page.inboxes[call.platform] : null;
  const isList = call.edge === 'conversations' || call.edge === 'messages';
  if (!inbox || !isList) return data;
  const slot = call.edge === 'messages' ? inbox.ids.slotOf(call.conversationId ?? '') : null;
  const full = new URL(url);
  if (call.token !== null) full.searchParams.set('access_token', call.token);
  const place: ListPlace = { inbox, slot, requestedAfter: call.query.get('after'), url: full.href };
  return fault.kind === 'same-cursor' ? sameCursor(data, place) : emptyPageWithNext(place);
}

function takeRate(call: Call, world: World, nowMs: number): boolean {
  if (!call.page || !call.platform) return true;
  return world.rate.take(assetId(call.page, call.platform), world.options.callsPerSecond, nowMs);
}

function latency(world: World): number {
  return world.latencyMs + Math.random() * world.latencyJitterMs;
}

function log(call: Call, world: World, end: { at: string; status: number; ms: number }): void {
  const { edge, platform, query } = call;
  const page = call.page?.id ?? null;
  world.calls.record(
    {
      at: end.at,
      path: call.cleanPath,
      status: end.status,
      ms: Math.round(end.ms * 100) / 100,
      edge,
      page,
      platform,
    },
    edge === 'conversations' && page && platform
      ? {
          page,
          platform,
          after: query.get('after'),
          before: query.get('before'),
          limit: query.get('limit'),
          status: end.status,
        }
      : null,
  );
}
