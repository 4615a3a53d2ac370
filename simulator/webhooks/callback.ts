/** Where and how the app's webhooks are sent. */
export type Callback = {
  url: string;
  appSecret: string;
  appId: string;
  /** What all waits of the delivery are multiplied by: 1 = as long as the real ones. */
  timeScale: number;
  /** The most updates in one POST. */
  batch: number;
  /** Share of the updates that are sent a second time. */
  duplicate: number;
  /** Share of the updates that are held back for a moment. */
  shuffle: number;
  /** The most POSTs under way. */
  concurrency: number;
  seed: number;
};

const TIMEOUT_MS = 20_000;
const LEAST_TIMEOUT_MS = 1000;

/** How long the callback may take for an answer. */
export function timeoutMs(timeScale: number): number {
  return Math.max(LEAST_TIMEOUT_MS, TIMEOUT_MS * timeScale);
}

/**
 * Meta's GET that proves the callback wants to be one: it must answer 200 with the challenge.
 *
 * @returns null, or what went wrong in Graph's words
 */
export async function verify(
  url: string,
  verifyToken: string,
  challenge: string,
  waitMs: number,
): Promise<string | null> {
  const asked = new URL(url);
  asked.searchParams.set('hub.mode', 'subscribe');
  asked.searchParams.set('hub.challenge', challenge);
  asked.searchParams.set('hub.verify_token', verifyToken);
  const failed = '(#2200) Callback verification failed with the following errors:';
  try {
    const response = await fetch(asked, { redirect: 'manual', signal: AbortSignal.timeout(waitMs) });
    const text = await response.text();
    if (!response.ok) {
      return `${failed} HTTP Status Code = ${response.status}; HTTP Message = ${response.statusText}`;
    }
    if (text.trim() === challenge) return null;
    return `${failed} hub.challenge was ${challenge}, the callback answered ${JSON.stringify(text.slice(0, 100))}`;
  } catch (error) {
    return `${failed} ${error instanceof Error ? error.message : String(error)}`;
  }
}
