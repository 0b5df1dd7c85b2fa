// Was this helpful? A thumb, and a word if the visitor has one.

import { html, nothing } from "lit";
import type { Rating } from "../chat/protocol";
import type { Reply } from "../chat/wire";
import { icons } from "./icons";
import type { Panel } from "./panel";

// What can be helpful or not: a greeting or a question back is neither, and who is in danger has other things to do.
const RATED = new Set(["answer", "not_covered", "fallback"]);

// As long as the server takes.
const LONGEST = 1000;

type Step = { asks: "word" } | { says: string };

export class Feedback {
  readonly #steps = new Map<string, Step>();

  constructor(private readonly panel: Panel) {}

  render(reply: Reply): unknown {
    const { chat, texts } = this.panel;
    if (!chat.hasExtras || !reply.id || !RATED.has(reply.kind)) return nothing;
    const rating = chat.ratingOf(reply.id);
    return html`
      <span class="thumbs" role="group" aria-label=${texts.helpful}>
        <span aria-hidden="true">${texts.helpful}</span>
        ${this.#thumb(reply.id, "up", rating)} ${this.#thumb(reply.id, "down", rating)}
      </span>
      ${this.#step(reply.id, rating)}
    `;
  }

  #thumb(id: string, mine: Rating, rating: Rating | undefined): unknown {
    const { texts } = this.panel;
    const label = mine === "up" ? texts.yes : texts.no;
    return html`<button
      type="button"
      class="icon"
      aria-label=${label}
      aria-pressed=${rating === mine}
      @click=${() => this.#rate(id, mine)}
    >
      ${mine === "up" ? icons.up : icons.down}
    </button>`;
  }

  #step(id: string, rating: Rating | undefined): unknown {
    const { texts } = this.panel;
    const step = this.#steps.get(id);
    if (!step) return nothing;
    if ("says" in step) return html`<p class="rated" role="status">${this.panel.linked(step.says)}</p>`;
    // As in the composer: a sandboxed frame may forbid the form's submission.
    const send = (event: Event) => {
      event.preventDefault();
      const word = new FormData((event.currentTarget as HTMLButtonElement).form ?? undefined).get("word");
      void this.#rate(id, rating ?? "down", String(word ?? "").trim());
    };
    return html`<form class="word">
      <p role="status">${rating === "up" ? texts.ratedUp : texts.ratedDown}</p>
      <label>${texts.comment}<input name="word" maxlength=${LONGEST} autocomplete="off" /></label>
      <button type="submit" @click=${send}>${texts.sendComment}</button>
    </form>`;
  }

  async #rate(id: string, rating: Rating, word = ""): Promise<void> {
    const { chat, texts } = this.panel;
    try {
      await chat.rate(id, rating, word);
      this.#steps.set(id, word ? { says: texts.thanks } : { asks: "word" });
    } catch (error) {
      this.#steps.set(id, { says: `${texts.failedAction} ${this.panel.explain(error)}` });
    }
    this.panel.requestUpdate();
    await this.panel.updateComplete;
    const item = this.panel.renderRoot.querySelector(`[data-key="${CSS.escape(id)}"]`);
    item?.querySelector(".word, .rated")?.scrollIntoView({ block: "nearest" });
  }
}
