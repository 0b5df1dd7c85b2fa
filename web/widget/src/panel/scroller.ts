// Where the log is scrolled to: what is new begins where the eye is.

import type { Message, VisitorMessage } from "../chat/messages";
import type { Panel } from "./panel";

const GAP = 12;

export class Scroller {
  #last: string | undefined;

  constructor(private readonly panel: Panel) {}

  /** Show what has come since the last call: the latest question, what became of it, and the start of its answer. */
  follow(messages: readonly Message[], scale: number): void {
    const question = [...messages].reverse().find((m): m is VisitorMessage => m.role === "visitor");
    // Larger letters move everything, so the place has to be found again.
    const state = `${messages[messages.length - 1]?.key} ${question?.delivery} ${scale}`;
    if (state === this.#last || !this.#log()?.clientHeight) return;
    this.#last = state;
    if (question) this.#reveal(question.key, messages);
  }

  // A very long question gives way to the answer.
  #reveal(key: string, messages: readonly Message[]): void {
    const log = this.#log();
    const question = this.#item(key);
    if (!log || !question) return;
    const answer = messages[messages.findIndex((message) => message.key === key) + 1];
    const isTall = question.offsetHeight > log.clientHeight / 2;
    const target = (isTall && answer && this.#item(answer.key)) || question;
    log.scrollTop += target.getBoundingClientRect().top - log.getBoundingClientRect().top - GAP;
  }

  #item(key: string): HTMLElement | null {
    return this.panel.renderRoot.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  #log(): HTMLElement | null {
    return this.panel.renderRoot.querySelector(".log");
  }
}
