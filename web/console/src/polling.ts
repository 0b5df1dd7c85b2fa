// Live updates: elements with data-poll="<seconds>" get the event "poll", on which htmx asks the server for news.
// Not while the page is hidden, and not when nobody has touched it for a while: a screen that somebody left must not
// keep its session alive.

const IDLE_AFTER_MS = 5 * 60 * 1000;
const TICK_MS = 1000;
const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "scroll", "focusin"] as const;

export function startPolling(): void {
  let touched = Date.now();
  for (const sign of SIGNS_OF_LIFE) {
    window.addEventListener(sign, () => (touched = Date.now()), { passive: true });
  }
  const asked = new WeakMap<Element, number>();
  setInterval(() => {
    if (document.hidden || Date.now() - touched > IDLE_AFTER_MS) return;
    for (const element of document.querySelectorAll<HTMLElement>("[data-poll]")) {
      const last = asked.get(element) ?? pageShown;
      if (Date.now() - last < Number(element.dataset.poll) * 1000) continue;
      asked.set(element, Date.now());
      element.dispatchEvent(new Event("poll"));
    }
  }, TICK_MS);
}

const pageShown = Date.now();
