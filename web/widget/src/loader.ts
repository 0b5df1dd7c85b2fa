// /widget.js: puts the button on the page and gives it `window.PumpTalk`. Everything else comes when the chat is opened.

import { type Baked, readConfig } from "./config";
import type { Emit, EventMap, EventName } from "./events";
import { Launcher } from "./launcher";
import type { Panel } from "./panel/panel";

declare const PANEL_FILE: string;

// The server wraps this script in a function with this parameter, so that the clinic's phone is there even when nothing
// else is. Served as a plain file, the script goes without.
declare const PUMPTALK_BAKED: Baked | undefined;

interface Api {
  open(): Promise<void>;
  close(): void;
  ask(text: string): Promise<void>;
  on<Name extends EventName>(name: Name, listener: (detail: EventMap[Name]) => void): () => void;
}

declare global {
  interface Window {
    PumpTalk?: Api;
  }
}

const TAG = "pumptalk-widget";
// In this tab, on this site: whoever has the chat open finds it open on the next page.
const OPEN_KEY = "pumptalk:open";
const WIDE = "(min-width: 700px) and (min-height: 500px)";

function start(script: HTMLScriptElement): void {
  const baked = typeof PUMPTALK_BAKED === "object" ? PUMPTALK_BAKED : undefined;
  const config = readConfig(script.dataset, script.src, baked);
  customElements.define(TAG, Launcher);
  const launcher = document.createElement(TAG) as Launcher;
  let panel: Promise<Panel> | undefined;
  let attempts = 0;

  const emit: Emit = (name, detail) => {
    if (name === "open" || name === "close") remember(name === "open");
    if (name === "close") launcher.focus();
    launcher.dispatchEvent(new CustomEvent(`pumptalk:${name}`, { detail }));
  };

  async function load(): Promise<Panel> {
    // A browser may keep a failed module under its address: ask for it under another one.
    const again = attempts > 0 ? `?${attempts}` : "";
    attempts += 1;
    const module = (await import(/* @vite-ignore */ `${config.base}/widget/${PANEL_FILE}${again}`)) as {
      createPanel(config: unknown, launcher: Launcher, emit: Emit): Panel;
    };
    return module.createPanel(config, launcher, emit);
  }

  async function loaded(): Promise<Panel | undefined> {
    launcher.showBusy(true);
    panel ??= load();
    try {
      return await panel;
    } catch {
      panel = undefined;
      launcher.showFailure(config);
      emit("failed", { trouble: "offline" });
      return undefined;
    } finally {
      launcher.showBusy(false);
    }
  }

  const open = async (takeFocus = true) => (await loaded())?.open(takeFocus);
  launcher.set(config, () => void open());
  if (script.dataset.position) launcher.setAttribute("position", script.dataset.position);
  whenBody(() => {
    document.body.append(launcher);
    if (script.dataset.open === "true" || (wasOpen() && matchMedia(WIDE).matches)) void open(false);
  });

  window.PumpTalk = {
    open: () => open(),
    close: () => void panel?.then((loadedPanel) => loadedPanel.close()),
    async ask(text) {
      const asked = await loaded();
      asked?.open(true);
      asked?.ask(String(text));
    },
    on(name, listener) {
      const relay = (event: Event) => listener((event as CustomEvent).detail);
      launcher.addEventListener(`pumptalk:${name}`, relay);
      return () => launcher.removeEventListener(`pumptalk:${name}`, relay);
    },
  };
}

function whenBody(job: () => void): void {
  if (document.body) job();
  else addEventListener("DOMContentLoaded", job, { once: true });
}

function remember(isOpen: boolean): void {
  try {
    if (isOpen) sessionStorage.setItem(OPEN_KEY, "1");
    else sessionStorage.removeItem(OPEN_KEY);
  } catch {
    // Storage is forbidden: the chat starts closed on the next page.
  }
}

function wasOpen(): boolean {
  try {
    return sessionStorage.getItem(OPEN_KEY) === "1";
  } catch {
    return false;
  }
}

// A script that an optimiser has moved or delayed does not know itself: then its address tells.
const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[src*="/widget.js"]');
// Loaded twice, the first one stays.
if (script && !window.PumpTalk && !customElements.get(TAG)) start(script);
