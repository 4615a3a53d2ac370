/** A part of the product that runs in this process. */
export interface Running {
  /** Stops it in order; what it has in hand is finished or left to others. */
  close(): Promise<void>;
}
