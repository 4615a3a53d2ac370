/** Answer of the budget: go in `waitMs`, or not before `untilMs` (epoch milliseconds). */
export type Turn = { granted: true; waitMs: number } | { granted: false; untilMs: number };

/**
 * When the next Graph call for an asset may go, over all workers. An asset is a page (its Messenger calls) or an
 * Instagram account. `src/store` keeps it; `src/graph` asks it before every call.
 */
export interface BudgetMeter {
  /** Takes the next turn if it comes within `maxWaitMs`; otherwise takes nothing and says when to ask again. */
  take(asset: string, maxWaitMs: number): Promise<Turn>;
  /** The call went out, or may have arrived, so much later than its turn: those after it move back as well. */
  late(asset: string, lateMs: number): Promise<void>;
  /** No call before this time: Meta said so. Never shortens an earlier block. */
  block(asset: string, untilMs: number, why: string): Promise<void>;
  /** The highest meter that an answer showed, in percent. */
  observe(asset: string, usagePercent: number): Promise<void>;
}
