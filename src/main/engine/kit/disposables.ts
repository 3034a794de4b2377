// Owners of things that must end. Nothing outlives its disposer; what was opened last is closed first.

export type Disposer = () => void | Promise<void>;

/** Collects disposers and runs them once, newest first. A failing one does not stop the others; the failures come out together at the end. */
export class DisposableStore {
  #disposers: Disposer[] = [];
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Takes over `disposer` and hands it back. After `dispose` it is run at once, so that a late arrival does not leak. */
  add(disposer: Disposer): Disposer {
    if (this.#disposed) void disposer();
    else this.#disposers.push(disposer);
    return disposer;
  }

  /** Runs everything, newest first, waiting for each. Throws an AggregateError when something failed. A second call does nothing. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const failures: unknown[] = [];
    for (const disposer of this.#disposers.splice(0).reverse()) {
      try {
        await disposer();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'something could not be closed');
  }
}
