import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { createSession, type Session } from 'better-sse';
import type { Request, Response } from 'express';
import type { ProgressHub } from './progress-hub.ts';

/** Time until a stream that could not read its rows looks again, in milliseconds. */
const REFRESH_AGAIN_MS = 1000;

/** Comment lines that keep proxies from closing a quiet stream, in milliseconds. */
const HEARTBEAT_MS = 10_000;

/** A stream ends after an hour, so that the client's right to it is looked at again. It may come back at once. */
const LONGEST_MS = 3_600_000;

/**
 * What all streams of server-sent events share: ids that only grow, also for a client that comes back with
 * `Last-Event-ID`; heartbeats; an end when the server stops. Made before anything is awaited: a client may leave at any
 * moment.
 */
export class EventStream {
  readonly #req: Request;
  readonly #res: Response;
  readonly #cleanUps: (() => void)[];
  #session: Session | null = null;
  #lastId: number;

  constructor(hub: ProgressHub, req: Request, res: Response) {
    this.#req = req;
    this.#res = res;
    this.#lastId = Number(req.headers['last-event-id']) || 0;
    const longest = setTimeout(() => this.end(), LONGEST_MS);
    this.#cleanUps = [hub.onClose(() => this.end()), () => clearTimeout(longest)];
    res.once('close', () => this.#cleanUp());
  }

  /** Id of the last event that the client has; 0 when it has none. */
  get lastId(): number {
    return this.#lastId;
  }

  get isClosed(): boolean {
    return this.#res.closed || this.#res.writableEnded;
  }

  /** Calls when the stream has ended, whoever ended it. */
  onEnd(cleanUp: () => void): void {
    this.#cleanUps.push(cleanUp);
  }

  /**
   * Begins the answer.
   *
   * @param finalId id of the final event when there will be no other: a client that has it gets 204, which ends an
   *   EventSource
   * @returns whether there is somebody to send to
   */
  async open(finalId: number | null): Promise<boolean> {
    if (finalId !== null && this.#lastId >= finalId) {
      this.#res.status(204).end();
      return false;
    }
    if (this.isClosed) {
      // it may have closed before anybody listened
      this.#cleanUp();
      return false;
    }
    this.#session = await createSession(this.#req, this.#res, {
      keepAlive: HEARTBEAT_MS,
      headers: { 'X-Accel-Buffering': 'no' },
    });
    return true;
  }

  /** Sends an event, unless the client has it, or a later one. */
  send(name: string, id: number, data: object): void {
    if (this.isClosed || id <= this.#lastId) return;
    this.#lastId = id;
    this.#session?.push(data, name, String(id));
  }

  /** Reads and sends; when the rows cannot be read, again after a while: it may have been the last hint. */
  async refresh(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      this.#req.log.warn({ err: error }, 'The stream could not read its rows');
      await setTimeoutPromise(REFRESH_AGAIN_MS);
      if (!this.#res.closed) return this.refresh(look);
    }
  }

  end(): void {
    this.#res.end();
  }

  #cleanUp(): void {
    for (const cleanUp of this.#cleanUps) cleanUp();
  }
}
