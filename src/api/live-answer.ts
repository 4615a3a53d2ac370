import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import type { Request, Response } from 'express';
import type { ProgressHub } from './progress-hub.ts';

/** Time until a stream that could not read its rows looks again, in milliseconds. */
const REFRESH_AGAIN_MS = 1000;

/** A stream ends after an hour, so that the client's right to it is looked at again. It may come back at once. */
const LONGEST_MS = 3_600_000;

/**
 * An answer that goes on as things happen, whatever it is written in: its ids only grow, it ends when the server stops, and
 * nothing is left behind when the client goes. Made before anything is awaited: a client may leave at any moment.
 */
export class LiveAnswer {
  readonly req: Request;
  readonly res: Response;
  readonly #cleanUps: (() => void)[];
  #lastId: number;

  /** @param afterId id of the last event that the client has; 0 when it has none */
  constructor(hub: ProgressHub, req: Request, res: Response, afterId: number) {
    this.req = req;
    this.res = res;
    this.#lastId = afterId;
    const longest = setTimeout(() => this.end(), LONGEST_MS);
    this.#cleanUps = [hub.onClose(() => this.end()), () => clearTimeout(longest)];
    res.once('close', () => this.cleanUp());
  }

  /** Id of the last event that the client has. */
  get lastId(): number {
    return this.#lastId;
  }

  get isClosed(): boolean {
    return this.res.closed || this.res.writableEnded;
  }

  /** Calls when the stream has ended, whoever ended it. */
  onEnd(cleanUp: () => void): void {
    this.#cleanUps.push(cleanUp);
  }

  /** Writes an event, unless the client has it, or a later one. */
  write(id: number, event: () => void): void {
    if (this.isClosed || id <= this.#lastId) return;
    this.#lastId = id;
    event();
  }

  /** Reads and writes; when the rows cannot be read, again after a while: it may have been the last hint. */
  async refresh(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      this.req.log.warn({ err: error }, 'The stream could not read its rows');
      await setTimeoutPromise(REFRESH_AGAIN_MS);
      if (!this.isClosed) return this.refresh(look);
    }
  }

  end(): void {
    this.res.end();
  }

  /** Once more when the answer closed before anybody listened. */
  cleanUp(): void {
    for (const cleanUp of this.#cleanUps.splice(0)) cleanUp();
  }
}
