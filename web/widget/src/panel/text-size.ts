// The size of the letters, chosen by the visitor and remembered.

import { html } from "lit";
import type { Store } from "../chat/store";
import { icons } from "./icons";
import type { Panel } from "./panel";

const SCALES = [1, 1.2, 1.45, 1.75];

export class TextSize {
  constructor(private readonly store: Store) {}

  get scale(): number {
    const kept = this.store.read<number>("size");
    return kept !== undefined && SCALES.includes(kept) ? kept : 1;
  }

  button(panel: Panel): unknown {
    const label = panel.texts.textSize(Math.round(this.scale * 100));
    return html`
      <button type="button" class="icon" aria-label=${label} title=${label} @click=${() => this.#next(panel)}>
        ${icons.size}
      </button>
    `;
  }

  #next(panel: Panel): void {
    const scale = SCALES[(SCALES.indexOf(this.scale) + 1) % SCALES.length] ?? 1;
    this.store.write("size", scale);
    panel.announcer.say(panel.texts.textSize(Math.round(scale * 100)));
    panel.requestUpdate();
  }
}
