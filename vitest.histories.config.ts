import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** `npm run record-histories` */
export default defineConfig({ test: { ...config.test, include: ['test/support/record-histories.ts'] } });
