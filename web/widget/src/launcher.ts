// The element on the page: a shadow root with the button that opens the chat. The panel comes when it is first opened.

import type { Config } from "./config";
import css from "./loader.css?inline";
import { adopt } from "./styles";

const ICON =
  "M4 3h16a3 3 0 0 1 3 3v9a3 3 0 0 1-3 3h-7l-6 4.5V18H4a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3zm7 3.2v3.3H7.7v2H11v3.3h2v-3.3h3.3v-2H13V6.2z";

const DARK = "(prefers-color-scheme: dark)";

const WORDS = {
  en: {
    open: "Ask a question",
    unread: "New reply",
    failed: "The chat could not be loaded. Press the button to try again.",
    call: "You can call",
    emergency: "In an emergency call",
  },
  es: {
    open: "Haga una pregunta",
    unread: "Nueva respuesta",
    failed: "No se pudo cargar el chat. Pulse el botón para intentarlo otra vez.",
    call: "Puede llamar al",
    emergency: "En una emergencia llame al",
  },
};

/** `<pumptalk-widget>`: the button, and a place for the panel beside it. */
export class Launcher extends HTMLElement {
  readonly #root = this.attachShadow({ mode: "open" });
  readonly #button = document.createElement("button");
  readonly #unread = document.createElement("span");
  readonly #note = document.createElement("div");

  /** Make it ready; `press` is called when the visitor wants the chat. */
  set(config: Config, press: () => void): void {
    const words = WORDS[config.lang];
    adopt(this.#root, css);
    this.#followTheme(config.theme);
    const label = document.createElement("span");
    label.textContent = config.label || words.open;
    this.#unread.className = "unread";
    this.#unread.hidden = true;
    this.#unread.setAttribute("role", "img");
    this.#unread.setAttribute("aria-label", words.unread);
    this.#button.className = "launcher";
    this.#button.type = "button";
    this.#button.lang = config.lang;
    this.#button.setAttribute("aria-haspopup", "dialog");
    this.#button.setAttribute("aria-expanded", "false");
    this.#button.append(icon(), label, this.#unread);
    this.#button.addEventListener("click", press);
    this.#note.className = "note";
    this.#note.hidden = true;
    this.#note.lang = config.lang;
    this.#note.setAttribute("role", "alert");
    this.#root.append(this.#button, this.#note);
  }

  /** Put the panel beside the button. */
  place(panel: HTMLElement): void {
    this.#root.append(panel);
  }

  showBusy(isBusy: boolean): void {
    this.#button.setAttribute("aria-busy", String(isBusy));
    if (isBusy) this.#note.hidden = true;
  }

  showOpen(isOpen: boolean): void {
    this.#button.setAttribute("aria-expanded", String(isOpen));
    this.#button.hidden = isOpen;
    if (isOpen) this.showUnread(false);
  }

  showUnread(isUnread: boolean): void {
    this.#unread.hidden = !isUnread;
  }

  /** Say that the chat did not come, and whom to call instead. */
  showFailure({ lang, clinic }: Config): void {
    const words = WORDS[lang];
    this.#note.hidden = false;
    this.#note.replaceChildren(words.failed);
    if (clinic.phone) this.#note.append(` ${words.call} `, call(clinic.phone), ".");
    if (clinic.emergency_number) this.#note.append(` ${words.emergency} `, call(clinic.emergency_number), ".");
  }

  override focus(): void {
    this.#button.focus();
  }

  #followTheme(theme: Config["theme"]): void {
    const query = matchMedia(DARK);
    const apply = () => this.toggleAttribute("dark", theme === "dark" || (theme === "auto" && query.matches));
    query.addEventListener("change", apply);
    apply();
  }
}

function call(number: string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = `tel:${number.replace(/[^\d+]/g, "")}`;
  link.textContent = number;
  return link;
}

function icon(): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("fill", "currentColor");
  path.setAttribute("fill-rule", "evenodd");
  path.setAttribute("d", ICON);
  svg.append(path);
  return svg;
}
