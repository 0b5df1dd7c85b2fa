// What the conversation needs of a server. Two implementations: PumpTalk's own API and Rasa's REST channel.

import type { Conversation, LoggedMessage, Reply } from "./wire";

export interface Outgoing {
  id: string;
  text: string;
}

export interface CallBack {
  name: string;
  phone: string;
  email: string;
  when: string;
  note: string;
}

export type Rating = "up" | "down";

/** All methods throw ChatError, or NonsenseError for an answer that is not as agreed. */
export interface Protocol {
  open(): Promise<{ conversation: Conversation; replies: Reply[] }>;
  /** The same id and text may be sent again: it is answered once. `answered` is false if the bot could not. */
  send(conversation: Conversation, message: Outgoing): Promise<{ answered: boolean; replies: Reply[] }>;
  history(conversation: Conversation, after: number): Promise<LoggedMessage[]>;
  transcript(conversation: Conversation): Promise<string>;
  erase(conversation: Conversation): Promise<void>;
  /** What only PumpTalk's own server can; the widget hides what is missing. */
  extras?: Extras;
}

export interface Extras {
  rate(conversation: Conversation, messageId: string, rating: Rating, comment: string): Promise<void>;
  /** Resolves to what happens next, in the clinic's words. */
  callBack(conversation: Conversation, request: CallBack): Promise<string>;
}
