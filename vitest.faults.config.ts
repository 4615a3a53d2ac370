import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** `npm run test:faults`: the fault campaigns in full. `npm test` runs their short form. */
export default defineConfig({
  test: { ...config.test, include: ['test/faults/**/*.test.ts'], provide: { faultsForm: 'full' } },
});
