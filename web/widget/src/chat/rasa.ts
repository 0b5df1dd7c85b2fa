// Rasa's REST channel (`POST /webhooks/rest/webhook`), which keeps no log that a visitor may read: it is kept here.

import { requestJson } from "./http";
import { newId } from "./ids";
import type { Outgoing, Protocol } from "./protocol";
import type { Store } from "./store";
import { type Conversation, type LoggedMessage, type Reply, readReplies } from "./wire";

// Enough for a long talk; a browser's storage is small.
const KEPT = 200;

export class RasaProtocol implements Protocol {
  constructor(
    private readonly endpoint: string,
    private readonly store: Store,
  ) {}

  async open(): Promise<{ conversation: Conversation; replies: Reply[] }> {
    this.store.write("log", []);
    const id = newId();
    return { conversation: { id, token: id }, replies: [] };
  }

  async send({ id: sender }: Conversation, { id, text }: Outgoing): Promise<{ answered: boolean; replies: Reply[] }> {
    const body = { sender, message: text };
    const replies = readReplies(await requestJson(this.endpoint, { method: "POST", body }));
    for (const reply of replies) reply.id = newId();
    this.#keep(id, text, replies);
    // Rasa answers its own failures with an empty list.
    return { answered: replies.length > 0, replies };
  }

  async history(_: Conversation, after: number): Promise<LoggedMessage[]> {
    return this.#log().filter((message) => message.seq > after);
  }

  async transcript(): Promise<string> {
    return this.#log()
      .map(({ at, text, reply }) => `${at}  ${reply ? "Chatbot" : "Visitor"}: ${text}`)
      .join("\n\n");
  }

  async erase(): Promise<void> {
    this.store.remove("log");
  }

  #log(): LoggedMessage[] {
    return this.store.read<LoggedMessage[]>("log") ?? [];
  }

  #keep(id: string, text: string, replies: Reply[]): void {
    const log = this.#log();
    const seq = (log[log.length - 1]?.seq ?? 0) + 1;
    const at = new Date().toISOString();
    const state = replies.length > 0 ? "answered" : "failed";
    const mine: LoggedMessage = { seq, clientId: id, at, text, state, reply: undefined };
    const theirs = replies.map((reply, i) => ({
      seq: seq + 1 + i,
      clientId: id,
      at,
      text: reply.text,
      state: "",
      reply,
    }));
    this.store.write("log", [...log, mine, ...theirs].slice(-KEPT));
  }
}
