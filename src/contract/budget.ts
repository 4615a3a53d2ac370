/**
 * Answer of the budget: go in `waitMs`, or not before `untilMs` (epoch milliseconds). `why` is a sentence, where more
 * is known than that the turn is too far away.
 */
export type Turn =
  | { granted: true; waitMs: number; known: KnownMeters }
  | { granted: false; untilMs: number; why?: string };

/** Readings in percent that the budget has and need not be told again; `null` where it has none, or wants every one. */
export interface KnownMeters {
  asset: number | null;
  app: number | null;
}

/**
 * The app's own pool at Meta, beside those of pages and Instagram accounts: what is known of it concerns the calls for
 * all of them. No page is named so.
 */
export const APP_POOL = '(app)';

/** What is known of the app's own pool. */
export interface AppPoolState {
  /** Until when Meta wants no calls of the app at all, epoch milliseconds; `null`: they are welcome. */
  blockedUntilMs: number | null;
  /** Why, as a sentence. */
  why: string | null;
  /** The newest reading of its meter in percent; `null` when there is none that still counts. */
  usagePercent: number | null;
}

/** The app's own pool for calls that are about no asset: they take no turns, but keep away when it is full. */
export interface AppMeter extends Pick<BudgetMeter, 'block' | 'observe'> {
  pool(): Promise<AppPoolState>;
}

/**
 * When the next Graph call for an asset may go, over all workers. An asset is a page (its Messenger calls) or an
 * Instagram account; a pool is an asset or `APP_POOL`. `src/store` keeps it; `src/graph` asks it before every call.
 */
export interface BudgetMeter {
  /**
   * Takes the asset's next turn if it comes within `maxWaitMs`; otherwise takes nothing and says when to ask again. Turns
   * are further apart the fuller a meter is, and there is none while the asset or the app is parked.
   */
  take(asset: string, maxWaitMs: number): Promise<Turn>;
  /** The call went out, or may have arrived, so much later than its turn: those after it move back as well. */
  late(asset: string, lateMs: number): Promise<void>;
  /** No call for so long: Meta said so. Never shortens an earlier block. */
  block(pool: string, waitMs: number, why: string): Promise<void>;
  /**
   * The highest meter of the pool that an answer showed, in whole percent. A meter that is nearly full parks the pool.
   *
   * @param regainMs after which Meta says that calls are welcome again; 0 when it says none, or nothing
   */
  observe(pool: string, usagePercent: number, regainMs: number): Promise<void>;
}
