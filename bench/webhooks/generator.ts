import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { Plan, Posts } from './posts.ts';
import { updateAt } from './updates.ts';

/** Connections, all kept alive; Meta has as many as it wants. */
const CONNECTIONS = 256;

/** What Meta waits for an answer. */
const TIMEOUT_MS = 20_000;

/** So many seconds' POSTs unanswered, and at least so many: whoever is behind like this does not answer in time. */
const HOPELESS_SECONDS = 2;
const HOPELESS_POSTS = 500;

/**
 * A process of its own that posts signed webhooks in an open loop: each goes out when its time has come, whether or not
 * those before it were answered, and its latency counts from that time on.
 */
async function generate(plan: Plan): Promise<Posts> {
  const { url, appSecret, people, updatesPerPost, first } = plan;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const posts: Posts = { due: [], answered: [], late: [], gaveUp: false };
  const perSecond = plan.rate / updatesPerPost;
  const count = Math.max(1, Math.round(perSecond * plan.seconds));
  const hopeless = Math.max(HOPELESS_POSTS, perSecond * HOPELESS_SECONDS);
  const began = performance.now() + 100;
  const epoch = Date.now() - performance.now();
  let open = 0;
  let allAnswered = () => {};

  function send(post: number, due: number): void {
    const at = Math.floor(epoch + due);
    const start = first + post * updatesPerPost;
    const entry = Array.from({ length: updatesPerPost }, (_, k) => updateAt(people, start + k, at).entry);
    const body = Buffer.from(JSON.stringify({ object: 'page', entry }));
    const signature = createHmac('sha256', appSecret).update(body).digest('hex');
    posts.due.push(epoch + due);
    posts.answered.push(null);
    posts.late.push(performance.now() - due);
    open += 1;
    let isOver = false;
    const over = (status: number | undefined) => {
      if (isOver) return;
      isOver = true;
      if (status === 200) posts.answered[post] = performance.now() - due;
      open -= 1;
      if (open === 0) allAnswered();
    };
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      'x-hub-signature-256': `sha256=${signature}`,
    };
    const outgoing = request(url, { method: 'POST', agent, headers, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      response.on('end', () => over(response.statusCode));
      response.on('close', () => over(undefined));
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => over(undefined));
    outgoing.end(body);
  }

  for (let next = 0; next < count && !posts.gaveUp; ) {
    const due = began + (next * 1000) / perSecond;
    const wait = due - performance.now();
    // a timer counts whole milliseconds
    if (wait > 0) await setTimeout(Math.ceil(wait));
    const now = performance.now();
    while (next < count && began + (next * 1000) / perSecond <= now) {
      send(next, began + (next * 1000) / perSecond);
      next += 1;
    }
    posts.gaveUp = open > hopeless;
  }
  await new Promise<void>((resolve) => {
    allAnswered = resolve;
    if (open === 0) resolve();
  });
  agent.destroy();
  return posts;
}

process.on('message', (plan) => {
  void generate(plan as Plan).then((posts) => process.send?.(posts));
});
// nobody is there to tell
process.on('disconnect', () => process.exit(0));
