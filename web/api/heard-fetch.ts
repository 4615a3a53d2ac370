/** Calls when nothing was heard for a while. */
export interface Silence {
  heard(): void;
  stop(): void;
}

export function watchSilence(longestMs: number, onSilence: () => void): Silence {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const heard = () => {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(onSilence, longestMs);
  };
  heard();
  return {
    heard,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** What a reader of an answer needs of it. */
export type HeardAnswer = Pick<Response, 'body' | 'url' | 'status' | 'redirected' | 'headers'>;

/**
 * Fetches, and calls with everything that comes, the heartbeats of an event stream among it: its parser keeps those to itself.
 */
export async function heardFetch(
  url: string | URL,
  init: RequestInit,
  heard: () => void,
): Promise<HeardAnswer> {
  heard();
  const { body, url: from, status, redirected, headers } = await fetch(url, init);
  heard();
  const listening = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      heard();
      controller.enqueue(chunk);
    },
  });
  return { body: body?.pipeThrough(listening) ?? null, url: from, status, redirected, headers };
}
