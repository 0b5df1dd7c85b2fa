// The field in which the visitor writes, and its send button.

import { html, nothing } from "lit";
import type { Panel } from "./panel";

// A draft lives as long as its tab: half a question survives a reload.
const DRAFT = "pumptalk:draft";

export class Composer {
  #text = readDraft();

  constructor(
    private readonly panel: Panel,
    private readonly say: (text: string) => void,
  ) {}

  /** Give a message back to be changed, in front of what was written meanwhile. */
  refill(text: string): void {
    this.#set([text, this.#text].filter(Boolean).join("\n"));
    void this.panel.updateComplete.then(() => this.#field()?.focus());
  }

  render(): unknown {
    const { texts, config } = this.panel;
    const isTooLong = this.#text.length > config.limit;
    // The button's click, not the form's submission, which a sandboxed frame may forbid.
    return html`<form class="composer">
      <label for="question">${texts.question}</label>
      <div class="row">
        <textarea
          id="question"
          rows="2"
          enterkeyhint="send"
          autocomplete="off"
          dir="auto"
          .value=${this.#text}
          aria-invalid=${isTooLong}
          aria-describedby=${isTooLong ? "too-long" : nothing}
          @input=${(event: Event) => this.#set((event.target as HTMLTextAreaElement).value)}
          @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
        ></textarea>
        <button type="submit" class="primary" @click=${(event: Event) => this.#submit(event)}>${texts.send}</button>
      </div>
      ${
        isTooLong
          ? html`<p class="failure" id="too-long" role="alert">${texts.tooLong(this.#text.length, config.limit)}</p>`
          : nothing
      }
    </form>`;
  }

  #onKey(event: KeyboardEvent): void {
    // Enter that only picks a word of an input method must not send.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.#text.trim();
    if (text && text.length <= this.panel.config.limit) {
      this.#set("");
      this.say(text);
      this.#placeFocus();
    } else {
      this.#field()?.focus();
    }
  }

  // On a touch screen the keyboard goes, for it would hide half of the answer; elsewhere one can write on at once.
  #placeFocus(): void {
    const isTouch = matchMedia("(pointer: coarse)").matches;
    const target = isTouch ? this.panel.renderRoot.querySelector<HTMLElement>(".log") : this.#field();
    target?.focus({ preventScroll: true });
  }

  #field(): HTMLTextAreaElement | null {
    return this.panel.renderRoot.querySelector("textarea#question");
  }

  #set(text: string): void {
    this.#text = text;
    keepDraft(text);
    this.panel.requestUpdate();
  }
}

function readDraft(): string {
  try {
    return sessionStorage.getItem(DRAFT) ?? "";
  } catch {
    return "";
  }
}

function keepDraft(text: string): void {
  try {
    if (text) sessionStorage.setItem(DRAFT, text);
    else sessionStorage.removeItem(DRAFT);
  } catch {
    // Storage is forbidden or full: the draft lives as long as the page.
  }
}
