/** What became of the updates since the start. */
export class Counters {
  /** Updates made for a page with a subscription; copies not included. */
  updates = 0;
  /** Copies made of them. */
  duplicates = 0;
  posts = 0;
  /** Updates and copies that were answered with 2xx. */
  acknowledged = 0;
  /** POSTs that were sent again. */
  retries = 0;
  /** Updates and copies that nobody will be told of any more. */
  dropped = 0;
  /** POSTs by the status of their answer, `timeout` and `error` (no connection, or a broken one). */
  readonly byStatus: Record<string, number> = {};

  post(outcome: number | string): void {
    this.posts += 1;
    this.byStatus[outcome] = (this.byStatus[outcome] ?? 0) + 1;
  }
}
