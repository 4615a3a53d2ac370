import { expect, inject } from 'vitest';
import { type Random, seededRandom } from './random.ts';
import { addToReport, type CampaignReport } from './report.ts';

/** Each says what was left behind; the last one that was added is called first. */
export type Closers = (() => Promise<string[]>)[];

/** Runs a campaign, ends what it has started, and adds its line to the report. Fails when there is any difference. */
export async function reported(
  campaign: string,
  play: (random: Random, report: CampaignReport, closers: Closers) => Promise<void>,
): Promise<void> {
  const started = performance.now();
  const seed = inject('faultsSeed');
  const report: CampaignReport = {
    campaign,
    seconds: 0,
    faults: {},
    jobs: 0,
    updates: null,
    rows: 0,
    refetched: null,
    differences: [],
  };
  const closers: Closers = [];
  try {
    await play(seededRandom(seed, campaign), report, closers);
  } catch (error) {
    report.differences.push(`broken off: ${error instanceof Error ? error.stack : String(error)}`);
  }
  for (const close of closers.reverse()) {
    report.differences.push(...(await close().catch((error: unknown) => [String(error)])));
  }
  report.seconds = (performance.now() - started) / 1000;
  await addToReport(inject('faultsReport'), report);
  const { differences } = report;
  expect(differences.slice(0, 20), `${differences.length} with PAGESYNC_FAULTS_SEED=${seed}`).toEqual([]);
}
