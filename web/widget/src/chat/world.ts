// What the conversation needs of the browser, so that tests can stand in for it.

export interface World {
  isOnline(): boolean;
  /** Resolves after so many milliseconds, or earlier when the connection returns or `wake` is called. */
  pause(ms: number): Promise<void>;
  wake(): void;
  /** Run one job at a time under this name, in all tabs if the browser can. */
  alone<T>(name: string, job: () => Promise<T>): Promise<T>;
  now(): string;
}

export class BrowserWorld implements World {
  readonly #sleepers = new Set<() => void>();

  isOnline(): boolean {
    return navigator.onLine;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#sleepers.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#sleepers.add(end);
    });
  }

  wake(): void {
    for (const end of [...this.#sleepers]) end();
  }

  async alone<T>(name: string, job: () => Promise<T>): Promise<T> {
    // Missing on pages without https, forbidden in some frames. The server takes each message once all the same.
    try {
      await navigator.locks.query();
    } catch {
      return job();
    }
    return navigator.locks.request(name, job) as Promise<T>;
  }

  now(): string {
    return new Date().toISOString();
  }
}
