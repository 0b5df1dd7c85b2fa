// The chat in the panel: what was said, and the field to say more.

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Message } from "../chat/messages";
import { Composer } from "./composer";
import { Feedback } from "./feedback";
import type { Panel } from "./panel";
import { replyTemplate } from "./reply-view";
import { Scroller } from "./scroller";
import { visitorTemplate } from "./visitor-view";

export class ChatView {
  readonly #composer: Composer;
  readonly #feedback: Feedback;
  readonly #scroller: Scroller;

  constructor(
    private readonly panel: Panel,
    private readonly lasts: boolean,
  ) {
    this.#composer = new Composer(panel, (text) => this.submit(text));
    this.#feedback = new Feedback(panel);
    this.#scroller = new Scroller(panel);
  }

  submit(text: string): void {
    this.panel.chat.say(text);
  }

  /** After a change was drawn. */
  updated(scale: number): void {
    this.#scroller.follow(this.panel.chat.messages, scale);
  }

  render(): unknown {
    const { texts, chat } = this.panel;
    const { messages } = chat;
    const lastMine = messages.map((message) => message.role).lastIndexOf("visitor");
    return html`
      <div class="log" role="log" aria-live="off" aria-label=${texts.log} tabindex="0">
        ${this.#opening()}
        <ol class="messages">
          ${repeat(
            messages,
            (message) => message.key,
            (message, i) => this.#message(message, i < lastMine),
          )}
        </ol>
        ${chat.phase === "away" ? this.#away() : nothing} ${this.#waiting()}
      </div>
      ${this.#composer.render()}
    `;
  }

  #message(message: Message, isPast: boolean): unknown {
    return message.role === "visitor"
      ? visitorTemplate(message, this.panel, (text) => this.#composer.refill(text))
      : replyTemplate(message, this.panel, isPast, this.#feedback);
  }

  // What a visitor should know before the first message.
  #opening(): unknown {
    const { texts, chat, config } = this.panel;
    const line = (text: string) => (text ? html`<p class="hint">${text}</p>` : nothing);
    return html`
      ${line(chat.notice ? texts[chat.notice] : "")} ${line(texts.answersEnglish)}
      ${config.clinic.privacy ? html`<p class="hint" lang="en">${config.clinic.privacy}</p>` : nothing}
      ${line(this.lasts ? "" : texts.forgets)}
    `;
  }

  #waiting(): unknown {
    const { texts, chat } = this.panel;
    const text = chat.phase === "opening" ? texts.opening : chat.isWaiting ? texts.waiting : "";
    return text
      ? html`<p class="waiting">${text}<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span></p>`
      : nothing;
  }

  #away(): unknown {
    const { texts, chat } = this.panel;
    return html`<div class="failure" role="alert">
      <p>${this.panel.linked(this.panel.explain(chat.problem))}</p>
      <button type="button" @click=${() => chat.start()}>${texts.tryAgain}</button>
    </div>`;
  }
}
