import http from 'node:http';
import https from 'node:https';

/** What became of a POST: the status it was answered with, or why there was none. */
export type Outcome = number | 'timeout' | 'error';

/** Sends POSTs to one address over connections that are kept alive. */
export class Poster {
  readonly #url: URL;
  readonly #agent: http.Agent;
  readonly #requests = new Set<http.ClientRequest>();

  constructor(url: string, concurrency: number) {
    this.#url = new URL(url);
    const options = { keepAlive: true, maxSockets: concurrency, maxFreeSockets: concurrency };
    this.#agent = this.#url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  }

  /** Resolves when the answer is there to its end; never rejects. */
  post(body: Buffer, headers: Record<string, string>, waitMs: number): Promise<Outcome> {
    const { request: send } = this.#url.protocol === 'https:' ? https : http;
    return new Promise((resolve) => {
      const request = send(this.#url, {
        method: 'POST',
        agent: this.#agent,
        headers: { ...headers, 'content-length': body.length },
      });
      this.#requests.add(request);
      let outcome: Outcome = 'error';
      const timer = setTimeout(() => {
        outcome = 'timeout';
        request.destroy();
      }, waitMs);
      request.on('response', (response) => {
        response.on('error', () => {});
        response.on('end', () => {
          outcome = response.statusCode ?? 'error';
        });
        response.resume();
      });
      // What went wrong is in `outcome`; without a listener it would end the process.
      request.on('error', () => {});
      request.on('close', () => {
        clearTimeout(timer);
        this.#requests.delete(request);
        resolve(outcome);
      });
      request.end(body);
    });
  }

  /** Breaks off what is under way and closes the connections. */
  close(): void {
    for (const request of this.#requests) request.destroy();
    this.#agent.destroy();
  }
}
