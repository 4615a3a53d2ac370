import { defineConfig } from 'vitest/config';
import { findChromium } from './scripts/find-chromium.mjs';
import { FaultsLast } from './test/support/faults-last.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    setupFiles: ['test/support/setup.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/faults/report.ts'],
    // without a browser those tests are left out, and scripts/test.mjs says so
    include: [
      `test/{unit,workflow,integration,faults${findChromium() === null ? '' : ',browser'}}/**/*.test.ts`,
    ],
    provide: { faultsForm: 'short' },
    // most files wait most of the time: for Temporal, for a process to start, for a time-out
    maxWorkers: 2,
    sequence: { sequencer: FaultsLast },
    // the fault campaigns run side by side
    maxConcurrency: 10,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
