import { randomInt } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** From the configuration: a minute of everything, or many kills. */
    faultsForm: 'short' | 'full';
    faultsSeed: number;
    /** Where each campaign adds its line. */
    faultsReport: string;
  }
}

/** What a campaign did and found. */
export interface CampaignReport {
  campaign: string;
  seconds: number;
  /** How often each fault was injected. */
  faults: Record<string, number>;
  jobs: number;
  /** Updates of webhooks that got their 200, copies included; `null` where there are none. */
  updates: number | null;
  /** Rows compared with those of the undisturbed run. */
  rows: number;
  /** Graph pages fetched more than once; `null` where Graph itself is at fault. */
  refetched: number | null;
  differences: string[];
}

export function addToReport(file: string, report: CampaignReport): Promise<void> {
  return appendFile(file, `${JSON.stringify(report)}\n`);
}

/**
 * Set-up of the run: `PAGESYNC_FAULTS_SEED` repeats the random moments of an earlier one. At the end all campaigns
 * are shown as one table.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const form = project.getProvidedContext().faultsForm;
  const seed = Number(process.env.PAGESYNC_FAULTS_SEED || randomInt(2 ** 31));
  if (!Number.isSafeInteger(seed)) throw new Error('PAGESYNC_FAULTS_SEED must be a whole number');
  const folder = await mkdtemp(join(tmpdir(), 'pagesync-faults-report-'));
  const file = join(folder, 'campaigns.ndjson');
  project.provide('faultsSeed', seed);
  project.provide('faultsReport', file);
  return async () => {
    const text = await readFile(file, 'utf8').catch(() => '');
    await rm(folder, { recursive: true, force: true });
    const reports = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): CampaignReport => JSON.parse(line));
    if (reports.length === 0) return;
    console.log(`\n${tableOf(reports)}`);
    const command = form === 'full' ? 'npm run test:faults' : 'npx vitest run test/faults';
    console.log(`The same again: PAGESYNC_FAULTS_SEED=${seed} ${command}\n`);
    for (const { campaign, differences } of reports) {
      for (const difference of differences) console.log(`${campaign}: ${difference}`);
    }
  };
}

function tableOf(reports: CampaignReport[]): string {
  const head = [
    'campaign',
    'faults',
    'jobs',
    'updates',
    'rows compared',
    'pages fetched again',
    'differences',
    's',
  ];
  const lines = reports.map((report) => [
    report.campaign,
    Object.entries(report.faults)
      .map(([what, times]) => `${times} × ${what}`)
      .join(', '),
    String(report.jobs),
    String(report.updates ?? '–'),
    String(report.rows),
    String(report.refetched ?? '–'),
    String(report.differences.length),
    report.seconds.toFixed(0),
  ]);
  const widths = head.map((name, column) =>
    Math.max(name.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const row = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [row(head), row(widths.map((width) => '-'.repeat(width))), ...lines.map(row)].join('\n');
}
