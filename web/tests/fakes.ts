// Stand-ins for the browser and the server, written by hand.

import { Chat, type Listener } from "../widget/src/chat/chat";
import { ChatError } from "../widget/src/chat/problem";
import type { Outgoing, Protocol } from "../widget/src/chat/protocol";
import { Store } from "../widget/src/chat/store";
import type { Conversation, LoggedMessage, Reply } from "../widget/src/chat/wire";
import type { World } from "../widget/src/chat/world";

export const OFFLINE = new ChatError("offline");

export function replyOf(text: string, over: Partial<Reply> = {}): Reply {
  return { id: `r-${text}`, text, buttons: [], kind: "answer", topics: [], severity: undefined, sources: [], ...over };
}

/** Tabs of one browser: they share the storage, and each hears what another one changes. */
export class Tabs {
  readonly #values = new Map<string, string>();
  readonly #listeners: { tab: object; listen: (event: StorageEvent) => void }[] = [];
  #tab: object = {};

  /** A tab's view of the shared storage. */
  storage(tab: object): Storage {
    const change = (key: string, apply: () => void) => {
      apply();
      for (const { tab: other, listen } of this.#listeners) if (other !== tab) listen({ key } as StorageEvent);
    };
    return {
      getItem: (key: string) => this.#values.get(key) ?? null,
      setItem: (key: string, value: string) => change(key, () => this.#values.set(key, value)),
      removeItem: (key: string) => change(key, () => this.#values.delete(key)),
    } as Storage;
  }

  /** Whoever listens while `job` runs belongs to this tab. */
  within<T>(tab: object, job: () => T): T {
    this.#tab = tab;
    return job();
  }

  readonly listen = (name: string, listen: (event: StorageEvent) => void): void => {
    if (name === "storage") this.#listeners.push({ tab: this.#tab, listen });
  };
}

/** Pauses end when the test says so; what runs alone runs at once. */
export class FakeWorld implements World {
  online = true;
  readonly pauses: number[] = [];
  #sleepers: (() => void)[] = [];

  isOnline(): boolean {
    return this.online;
  }

  pause(ms: number): Promise<void> {
    this.pauses.push(ms);
    return new Promise((resolve) => this.#sleepers.push(resolve));
  }

  wake(): void {
    for (const end of this.#sleepers.splice(0)) end();
  }

  alone<T>(_: string, job: () => Promise<T>): Promise<T> {
    return job();
  }

  now(): string {
    return "2026-01-01T10:00:00Z";
  }
}

/** A server that keeps a log and answers each message id once, as the real one does. */
export class FakeServer implements Protocol {
  log: LoggedMessage[] = [];
  opened = 0;
  /** What the next calls of `send` do before anything else, in order. */
  readonly troubles: (ChatError | "lost answer")[] = [];
  unreachable = false;

  async open(): Promise<{ conversation: Conversation; replies: Reply[] }> {
    if (this.unreachable) throw OFFLINE;
    this.opened += 1;
    this.log = [];
    const greeting = replyOf("hello", { id: `greeting-${this.opened}` });
    this.#put("", "hello", "", greeting);
    return { conversation: { id: `c${this.opened}`, token: "t" }, replies: [greeting] };
  }

  async send({ id }: Conversation, message: Outgoing): Promise<{ answered: boolean; replies: Reply[] }> {
    const trouble = this.troubles.shift();
    if (trouble instanceof ChatError) throw trouble;
    if (id !== `c${this.opened}`) throw new ChatError("gone");
    if (!this.log.some((logged) => logged.clientId === message.id)) {
      this.#put(message.id, message.text, "answered", undefined);
      this.#put(message.id, `re: ${message.text}`, "", replyOf(`re: ${message.text}`));
    }
    if (trouble === "lost answer") throw OFFLINE;
    const replies = this.log.flatMap((m) => (m.clientId === message.id && m.reply ? [m.reply] : []));
    return { answered: true, replies };
  }

  async history({ id }: Conversation, after: number): Promise<LoggedMessage[]> {
    if (this.unreachable) throw OFFLINE;
    if (id !== `c${this.opened}`) throw new ChatError("gone");
    return this.log.filter((message) => message.seq > after);
  }

  async transcript(): Promise<string> {
    return this.log.map((message) => message.text).join("\n");
  }

  async erase(): Promise<void> {
    if (this.unreachable) throw OFFLINE;
    this.log = [];
  }

  #put(clientId: string, text: string, state: string, reply: Reply | undefined): void {
    this.log.push({ seq: this.log.length + 1, clientId, text, state, at: "2026-01-01T10:00:00Z", reply });
  }
}

/** A chat in a tab, with all that it told. */
export class Tab {
  readonly world = new FakeWorld();
  readonly told: string[] = [];
  readonly failures: string[] = [];
  readonly chat: Chat;

  constructor(server: Protocol, tabs: Tabs) {
    const listener: Listener = {
      changed: () => undefined,
      replied: (replies) => this.told.push(...replies.map((reply) => reply.text)),
      failed: (problem) => this.failures.push(problem.trouble),
    };
    this.chat = tabs.within(this, () => {
      const store = new Store("x:", tabs.storage(this));
      return new Chat(server, store, this.world, listener);
    });
  }

  /** The messages, a line each: who, what, and of the visitor's what became of it. */
  get shown(): string[] {
    return this.chat.messages.map((message) =>
      message.role === "bot" ? `bot: ${message.reply.text}` : `${message.delivery}: ${message.text}`,
    );
  }
}

/** Let all promises that can go on do so. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}
