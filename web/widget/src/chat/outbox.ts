// Messages that have no answer yet. They are stored before they are sent, so that a reload or a dead phone loses none.

import type { Store } from "./store";

/** `label` is what the visitor sees, `text` what is sent: they differ for a button. `failed`: given up for now. */
export interface Unsent {
  id: string;
  text: string;
  label: string;
  at: string;
  failed: boolean;
}

// Sent by itself after a longer time, a question would surprise whoever sits there now: they can still send it.
const FRESH_MS = 60 * 60 * 1000;

export class Outbox {
  constructor(private readonly store: Store) {
    const now = Date.now();
    this.#write(this.list().map((m) => ({ ...m, failed: m.failed || now - Date.parse(m.at) > FRESH_MS })));
  }

  list(): Unsent[] {
    return this.store.read<Unsent[]>("outbox") ?? [];
  }

  find(id: string): Unsent | undefined {
    return this.list().find((message) => message.id === id);
  }

  /** The next to be sent. */
  next(): Unsent | undefined {
    return this.list().find((message) => !message.failed);
  }

  add(message: Unsent): void {
    this.#write([...this.list(), message]);
  }

  change(id: string, change: Partial<Unsent>): void {
    this.#write(this.list().map((message) => (message.id === id ? { ...message, ...change } : message)));
  }

  remove(id: string): void {
    this.#write(this.list().filter((message) => message.id !== id));
  }

  clear(): void {
    this.store.remove("outbox");
  }

  #write(messages: Unsent[]): void {
    if (messages.length > 0) this.store.write("outbox", messages);
    else this.store.remove("outbox");
  }
}
