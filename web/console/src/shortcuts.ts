// Single-key shortcuts of the inbox: j and k move, o opens, r marks as reviewed, ? explains. Never while somebody types,
// and not at all for who has turned them off.

const OFF = "pumptalk-keys-off";
const STOPS = { list: "tbody tr", conversation: ".turn" } as const;

export function startShortcuts(): void {
  const place = document.querySelector<HTMLElement>("[data-shortcuts]");
  const help = document.querySelector<HTMLDialogElement>("dialog.keys");
  if (!place || !help) return;
  const stops = STOPS[place.dataset.shortcuts as keyof typeof STOPS];
  offerHelp(help);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target) || help.open) return;
    if (localStorage.getItem(OFF) && event.key !== "?") return;
    if (run(event.key, place, stops, help)) event.preventDefault();
  });
}

function run(key: string, place: HTMLElement, stops: string, help: HTMLDialogElement): boolean {
  if (key === "?") help.showModal();
  else if (key === "j") move(place, stops, 1);
  else if (key === "k") move(place, stops, -1);
  else if (key === "o") here(place, stops)?.querySelector<HTMLElement>("a.open")?.click();
  else if (key === "r") review(place, stops);
  else return false;
  return true;
}

// On a conversation's page there is one button; in the list each line has its own.
function review(place: HTMLElement, stops: string): void {
  const where = place.dataset.shortcuts === "list" ? here(place, stops) : place;
  where?.querySelector<HTMLElement>("button.review")?.click();
}

function here(place: HTMLElement, stops: string): HTMLElement | undefined {
  return [...place.querySelectorAll<HTMLElement>(stops)].find((stop) => stop.contains(document.activeElement));
}

function move(place: HTMLElement, stops: string, by: number): void {
  const all = [...place.querySelectorAll<HTMLElement>(stops)];
  const now = here(place, stops);
  const next = all[now ? all.indexOf(now) + by : by > 0 ? 0 : all.length - 1];
  const target = next?.querySelector<HTMLElement>("a.open") ?? next;
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function offerHelp(help: HTMLDialogElement): void {
  const button = document.querySelector<HTMLButtonElement>("[data-help]");
  const on = help.querySelector<HTMLInputElement>("[data-keys-on]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  }
  if (!on) return;
  on.checked = !localStorage.getItem(OFF);
  on.addEventListener("change", () => {
    if (on.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
}
