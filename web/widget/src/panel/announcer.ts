// Tells a screen reader each reply once. The messages themselves are not live: whatever Lit changes in them stays silent.

const KEPT_MS = 5000;

export class Announcer {
  readonly element = document.createElement("div");
  readonly #calm = region("polite");
  readonly #urgent = region("assertive");

  constructor() {
    this.element.className = "unseen";
    this.element.append(this.#calm, this.#urgent);
  }

  say(text: string, isUrgent = false): void {
    const line = document.createElement("p");
    line.textContent = text;
    (isUrgent ? this.#urgent : this.#calm).append(line);
    // Gone before somebody finds it while reading the page line by line.
    setTimeout(() => line.remove(), KEPT_MS);
  }
}

function region(manner: "polite" | "assertive"): HTMLElement {
  const element = document.createElement("div");
  element.setAttribute("aria-live", manner);
  element.setAttribute("aria-relevant", "additions");
  return element;
}
