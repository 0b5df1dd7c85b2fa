// The messages as the panel shows them.

import type { ChatError } from "./problem";
import type { Reply } from "./wire";

/**
 * What became of a visitor's message: `waiting` is for the connection or a busy server, `failed` was given up and can be
 * sent again, `unanswered` arrived but the bot had no answer.
 */
export type Delivery = "sending" | "waiting" | "failed" | "sent" | "unanswered";

export interface VisitorMessage {
  role: "visitor";
  /** Client message id: the same for every attempt to send it. */
  key: string;
  /** What the visitor typed, or the title of the button. */
  text: string;
  at: string;
  delivery: Delivery;
  problem: ChatError | undefined;
}

export interface BotMessage {
  role: "bot";
  key: string;
  at: string;
  reply: Reply;
}

export type Message = VisitorMessage | BotMessage;
