// What the server has of this conversation, as far as this tab knows.

import type { BotMessage, Message, VisitorMessage } from "./messages";
import type { LoggedMessage, Reply } from "./wire";

interface Entry {
  order: number;
  message: Message;
}

// Answers to a message come without their place in the log: until it is read, they stand after all that is known.
const STEP = 1 / 1024;

export class Log {
  readonly #entries = new Map<string, Entry>();
  // The log keeps a click on a button as its payload; visitors know its title.
  readonly #titles = new Map<string, string>();
  /** The last place in the server's log that was read. */
  lastSeq = 0;

  get messages(): Message[] {
    return [...this.#entries.values()].sort((a, b) => a.order - b.order).map((entry) => entry.message);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  clear(): void {
    this.#entries.clear();
    this.lastSeq = 0;
  }

  /** Take in what was read from the server. Returns the replies that were not known before. */
  merge(history: readonly LoggedMessage[]): Reply[] {
    const fresh: Reply[] = [];
    for (const logged of history) {
      const message = logged.reply ? botMessage(logged.reply, logged.at, `seq-${logged.seq}`) : this.#mine(logged);
      if (logged.reply && !this.has(message.key)) fresh.push(logged.reply);
      this.#put(message, logged.seq);
      this.lastSeq = Math.max(this.lastSeq, logged.seq);
    }
    return fresh;
  }

  /** Add the greeting, or a message with the replies that came for it. */
  add(message: VisitorMessage | undefined, replies: readonly Reply[], at: string): void {
    if (message) this.#put(message, this.#next());
    for (const reply of replies) this.#put(botMessage(reply, at, `local-${this.#next()}`), this.#next());
  }

  #mine({ clientId, text, at, state, seq }: LoggedMessage): VisitorMessage {
    const delivery = state === "failed" || state === "received" ? "unanswered" : "sent";
    const shown = this.#titles.get(text) ?? text;
    return { role: "visitor", key: clientId || `seq-${seq}`, text: shown, at, delivery, problem: undefined };
  }

  #put(message: Message, order: number): void {
    if (message.role === "bot") {
      for (const { payload, title } of message.reply.buttons) this.#titles.set(payload, title);
    }
    const known = this.#entries.get(message.key)?.message;
    // The visitor's own words are kept: the log may have them with personal data taken out.
    const text = known?.role === "visitor" && message.role === "visitor" ? { text: known.text } : {};
    this.#entries.set(message.key, { order, message: { ...message, ...text } });
  }

  #next(): number {
    return Math.max(this.lastSeq, ...[...this.#entries.values()].map((entry) => entry.order)) + STEP;
  }
}

function botMessage(reply: Reply, at: string, substitute: string): BotMessage {
  return { role: "bot", key: reply.id || substitute, reply, at };
}
