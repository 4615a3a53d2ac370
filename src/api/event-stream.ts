import { createSession, type Session } from 'better-sse';
import type { Request, Response } from 'express';
import { HEARTBEAT_MS } from '../contract/heartbeat.ts';
import { LiveAnswer } from './live-answer.ts';
import type { ProgressHub } from './progress-hub.ts';

/** Server-sent events: named, with ids, by which a client that comes back says what it has (`Last-Event-ID`). */
export class EventStream extends LiveAnswer {
  #session: Session | null = null;

  constructor(hub: ProgressHub, req: Request, res: Response) {
    super(hub, req, res, Number(req.headers['last-event-id']) || 0);
  }

  /**
   * Begins the answer.
   *
   * @param finalId id of the final event when there will be no other: a client that has it gets 204, which ends an
   *   EventSource
   * @returns whether there is somebody to send to
   */
  async open(finalId: number | null): Promise<boolean> {
    if (finalId !== null && this.lastId >= finalId) {
      this.res.status(204).end();
      return false;
    }
    if (this.isClosed) {
      this.cleanUp();
      return false;
    }
    this.#session = await createSession(this.req, this.res, {
      keepAlive: HEARTBEAT_MS,
      headers: { 'X-Accel-Buffering': 'no' },
    });
    return true;
  }

  /** Sends an event, unless the client has it, or a later one. */
  send(name: string, id: number, data: object): void {
    this.write(id, () => this.push(name, id, data));
  }

  /** Sends an event, whatever the client has. */
  push(name: string, id: number, data: object): void {
    this.#session?.push(data, name, String(id));
  }
}
