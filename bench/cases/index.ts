import type { Bench } from '../result.ts';
import { capacity } from './capacity.ts';
import { growth } from './growth.ts';
import { history } from './history.ts';
import { latency } from './latency.ts';
import { liveWrites } from './live-writes.ts';
import { metaPace } from './meta-pace.ts';
import { onePage } from './one-page.ts';
import { temporalStorage } from './temporal-storage.ts';
import { unchanged } from './unchanged.ts';
import { webhooks } from './webhooks.ts';

/** In the order in which they run. */
export const BENCHES: readonly Bench[] = [
  metaPace,
  latency,
  onePage,
  capacity,
  unchanged,
  growth,
  history,
  temporalStorage,
  liveWrites,
  webhooks,
];
