import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    setupFiles: ['test/support/setup.ts'],
    globalSetup: ['test/support/global-setup.ts', 'test/faults/report.ts'],
    include: ['test/{unit,workflow,integration,faults}/**/*.test.ts'],
    provide: { faultsForm: 'short' },
    // the fault campaigns run side by side
    maxConcurrency: 10,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
