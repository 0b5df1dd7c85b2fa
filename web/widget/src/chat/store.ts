// What the browser remembers: the conversation's key and what is not sent yet. All tabs of a site share it.

/** JSON values under names. A browser may forbid storage: then they live as long as the page does. */
export class Store {
  readonly #memory = new Map<string, string>();

  constructor(
    private readonly prefix: string,
    private readonly storage: Storage | undefined = browserStorage(),
  ) {}

  /** Whether a reload will find what is written here. */
  get lasts(): boolean {
    return this.storage !== undefined;
  }

  read<T>(name: string): T | undefined {
    const text = this.#get(this.prefix + name);
    try {
      return text ? (JSON.parse(text) as T) : undefined;
    } catch {
      return undefined; // not written by us: as good as nothing
    }
  }

  write(name: string, value: unknown): void {
    const key = this.prefix + name;
    const text = JSON.stringify(value);
    try {
      if (!this.storage) throw new Error("no storage");
      this.storage.setItem(key, text);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, text); // storage is forbidden or full
    }
  }

  remove(name: string): void {
    this.#memory.delete(this.prefix + name);
    try {
      this.storage?.removeItem(this.prefix + name);
    } catch {
      // Forbidden meanwhile: then nothing of it can be read either.
    }
  }

  /** Call `notice(name)` when another tab has changed a value; returns the function that stops it. */
  onChange(notice: (name: string) => void): () => void {
    const listen = (event: StorageEvent) => {
      // No key: all was cleared.
      if (event.key === null) notice("");
      else if (event.key.startsWith(this.prefix)) notice(event.key.slice(this.prefix.length));
    };
    addEventListener("storage", listen);
    return () => removeEventListener("storage", listen);
  }

  #get(key: string): string | null {
    const held = this.#memory.get(key);
    if (held !== undefined) return held;
    try {
      return this.storage?.getItem(key) ?? null;
    } catch {
      return null; // forbidden meanwhile
    }
  }
}

function browserStorage(): Storage | undefined {
  try {
    const probe = "pumptalk:probe";
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return undefined;
  }
}
