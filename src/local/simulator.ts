import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const MAIN = fileURLToPath(new URL('../../simulator/main.ts', import.meta.url));

const listeningLine = z.object({ listening: z.url() });

/** The page that the simulator has; its token is worth nothing anywhere else. */
export const DEMO_PAGE = {
  facebookPageId: '100000000000001',
  name: 'Demo Page',
  accessToken: 'SIMULATOR-demo-page-token',
  instagramAccountId: '17840000000000001',
} as const;

/** Few conversations have more messages than come with them, so that a first sync of 2,000 takes half a minute. */
const MEAN_MESSAGES = 7;

/** About the time that Meta takes. */
const LATENCY_MS = 150;

/**
 * Starts the Graph simulator as the program of its own that it is. It ends with us, however we end.
 *
 * @param conversations how many the demo page has, over both platforms
 * @param newest time of its newest message, ISO 8601; `null`: the simulator's own
 */
export async function startDemoSimulator(
  conversations: number,
  newest: string | null,
): Promise<{ url: string; stop(): Promise<void> }> {
  const flags = {
    port: 0,
    page: DEMO_PAGE.facebookPageId,
    'page-name': DEMO_PAGE.name,
    token: DEMO_PAGE.accessToken,
    'instagram-account': DEMO_PAGE.instagramAccountId,
    conversations,
    messages: MEAN_MESSAGES,
    ...(newest === null ? {} : { newest }),
    latency: LATENCY_MS,
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  // a group of its own: Ctrl+C is for us, and we stop it in our order
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--exit-with-stdin', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), exited.then(() => null)]);
  if (first === null) throw new Error('The Graph simulator ended at its start');
  const { listening } = listeningLine.parse(JSON.parse(String(first[0])));
  return {
    url: listening,
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
