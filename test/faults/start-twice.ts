import { setTimeout } from 'node:timers/promises';
import type { Scene } from './campaign.ts';

/** The second request comes so much later at most. */
const APART_MS = 3;

/**
 * Starts every page's sync from two API processes at the same instant: one is taken, the other gets 409 and the job.
 *
 * @param running the syncs run already: both get 409, unless the page's sync has ended meanwhile
 */
export async function startTwice(scene: Scene, running = false): Promise<void> {
  const { house, pages, random, differences, injected } = scene;
  const [first, second] = random.pick([house.apis, [...house.apis].reverse()]);
  if (first === undefined || second === undefined) throw new Error('This needs two APIs');
  // the large page is the one that surely runs
  const those = running ? pages.slice(0, 1) : pages;
  await Promise.all(
    those.map(async (page) => {
      const path = `/api/pages/${page.id}/sync`;
      const apartMs = random.between(0, APART_MS);
      const answers = await Promise.all([
        first.client.post(path),
        setTimeout(apartMs).then(() => second.client.post(path)),
      ]);
      const statuses = answers.map(({ status }) => status).sort();
      const wanted = running ? '409,409' : '202,409';
      if (String(statuses) !== wanted) differences.push(`${page.facebookPageId}: answers ${statuses}`);
      const jobs = new Set(answers.map(({ status, body }) => (status === 409 ? body.jobId : body.id)));
      if (jobs.size !== 1)
        differences.push(`${page.facebookPageId}: answers name jobs ${[...jobs].join(', ')}`);
      await injected(running ? 'start while running' : 'two starts');
    }),
  );
}
