import type { ChangeHint, ProgressHint } from '../store/index.ts';

/** `null` says that hints may have been missed: read the row. */
export type ProgressListener = (hint: ProgressHint | null) => void;

/** `null` says that hints may have been missed. */
export type ChangeListener = (hint: ChangeHint | null) => void;

/**
 * Hands what PostgreSQL's one LISTEN connection of this process hears to those who watch a job, a batch, or everything.
 */
export class ProgressHub {
  readonly #listeners = new Map<string, Set<ProgressListener>>();
  readonly #changeListeners = new Set<ChangeListener>();
  readonly #closers = new Set<() => void>();
  #closed = false;

  /**
   * @param id of a job or a batch
   * @returns ends the subscription
   */
  subscribe(id: string, listener: ProgressListener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(id);
    };
  }

  publish(hint: ProgressHint): void {
    for (const listener of this.#listeners.get(hint.jobId) ?? []) listener(hint);
  }

  /** A batch has changed. */
  publishBatch(batchId: string): void {
    for (const listener of this.#listeners.get(batchId) ?? []) listener(null);
  }

  /** @returns ends the subscription */
  subscribeToChanges(listener: ChangeListener): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** @param hint `null`: the connection was lost and is back */
  publishChange(hint: ChangeHint | null): void {
    for (const listener of this.#changeListeners) listener(hint);
  }

  /** The connection was lost and is back. */
  publishGap(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener(null);
  }

  /** Registers what ends a stream when the server stops. */
  onClose(close: () => void): () => void {
    // one that was being opened while the server stopped
    if (this.#closed) close();
    this.#closers.add(close);
    return () => this.#closers.delete(close);
  }

  /** Ends every stream, so that the server can stop. */
  close(): void {
    this.#closed = true;
    for (const close of [...this.#closers]) close();
  }

  /** How many streams are open. */
  get size(): number {
    return this.#closers.size;
  }
}
