// Where the keyboard's focus goes.

import type { Panel } from "./panel";

// As in panel.css: then the panel covers the page, which is a modal dialog to its users.
export const FULL_SCREEN = "(max-width: 480px), (max-height: 440px)";

const FOCUSABLE = "button:not([disabled]), [href], input, textarea, summary, [tabindex='0']";

export class FocusKeeper {
  readonly #fullScreen = matchMedia(FULL_SCREEN);

  constructor(private readonly panel: Panel) {
    this.#fullScreen.addEventListener("change", () => panel.requestUpdate());
  }

  get isModal(): boolean {
    return this.#fullScreen.matches;
  }

  /** Into the panel: to the question, but on a touch screen to the title, or the keyboard would hide the greeting. */
  enter(): void {
    this.#focus(matchMedia("(pointer: coarse)").matches ? "#title" : ".composer textarea");
  }

  enterView(view: "chat" | "person"): void {
    this.#focus(view === "person" ? "#person-title" : ".ways button");
  }

  /** In a modal panel Tab goes round. */
  onTab(event: KeyboardEvent): void {
    if (!this.isModal) return;
    const root = this.panel.renderRoot as ShadowRoot;
    const stops = [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((stop) => stop.offsetParent !== null);
    const first = stops[0];
    const last = stops[stops.length - 1];
    const active = root.activeElement;
    if (event.shiftKey ? active === first || active?.id === "title" : active === last) {
      event.preventDefault();
      (event.shiftKey ? last : first)?.focus();
    }
  }

  #focus(selector: string): void {
    this.panel.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }
}
