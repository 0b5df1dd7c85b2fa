// PumpTalk's own API, under /api/v1.

import { type Call, requestJson, requestText } from "./http";
import type { CallBack, Extras, Outgoing, Protocol, Rating } from "./protocol";
import { type Conversation, type LoggedMessage, type Reply, readConversation, readHistory, readReplies } from "./wire";

export class NativeProtocol implements Protocol {
  readonly #api: string;
  readonly extras: Extras = {
    rate: (conversation, messageId, rating, comment) => this.#rate(conversation, messageId, rating, comment),
    callBack: (conversation, request) => this.#callBack(conversation, request),
  };

  constructor(base: string) {
    this.#api = `${base}/api/v1/conversations`;
  }

  async open(): Promise<{ conversation: Conversation; replies: Reply[] }> {
    const body = await requestJson(this.#api, { method: "POST" });
    return { conversation: readConversation(body), replies: readReplies((body as { replies?: unknown }).replies) };
  }

  async send(conversation: Conversation, { id, text }: Outgoing): Promise<{ answered: boolean; replies: Reply[] }> {
    const body = { client_message_id: id, text };
    const result = await this.#call(conversation, "/messages", { method: "POST", body });
    const { state, replies } = (result ?? {}) as { state?: unknown; replies?: unknown };
    return { answered: state !== "failed", replies: readReplies(replies) };
  }

  async history(conversation: Conversation, after: number): Promise<LoggedMessage[]> {
    return readHistory(await this.#call(conversation, `/messages?after=${after}`));
  }

  transcript(conversation: Conversation): Promise<string> {
    return requestText(this.#url(conversation, "/transcript"), { token: conversation.token });
  }

  async erase(conversation: Conversation): Promise<void> {
    await this.#call(conversation, "", { method: "DELETE" });
  }

  async #rate(conversation: Conversation, messageId: string, rating: Rating, comment: string): Promise<void> {
    const body = { message_id: messageId, rating, ...(comment ? { comment } : {}) };
    await this.#call(conversation, "/feedback", { method: "POST", body });
  }

  async #callBack(conversation: Conversation, request: CallBack): Promise<string> {
    // Fields left empty are left out: an empty e-mail address is none.
    const body = Object.fromEntries(Object.entries(request).filter(([, value]) => value));
    const result = await this.#call(conversation, "/contact", { method: "POST", body });
    const text = (result as { text?: unknown } | undefined)?.text;
    return typeof text === "string" ? text : "";
  }

  #call(conversation: Conversation, path: string, call: Call = {}): Promise<unknown> {
    return requestJson(this.#url(conversation, path), { ...call, token: conversation.token });
  }

  #url({ id }: Conversation, path: string): string {
    return `${this.#api}/${encodeURIComponent(id)}${path}`;
  }
}
