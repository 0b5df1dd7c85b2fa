// The panel: frame, menu, and in it the chat or the page for talking to a person.

import { html, LitElement, nothing, type PropertyValues, unsafeCSS } from "lit";
import { Chat } from "../chat/chat";
import { NativeProtocol } from "../chat/native";
import { asChatError, type ChatError } from "../chat/problem";
import { RasaProtocol } from "../chat/rasa";
import { Store } from "../chat/store";
import type { Reply } from "../chat/wire";
import { BrowserWorld } from "../chat/world";
import type { Config } from "../config";
import type { Emit } from "../events";
import type { Launcher } from "../launcher";
import { en } from "../texts/en";
import { es } from "../texts/es";
import type { Texts } from "../texts/texts";
import { Announcer } from "./announcer";
import { ChatView } from "./chat-view";
import { FocusKeeper } from "./focus";
import { icons } from "./icons";
import { Menu } from "./menu";
import css from "./panel.css?inline";
import { PersonView } from "./person-view";
import { printConversation } from "./printing";
import { piecesOf, telephone } from "./reading";
import { TextSize } from "./text-size";
import { followViewport } from "./viewport";

const TAG = "pumptalk-panel";

export class Panel extends LitElement {
  static override styles = unsafeCSS(css);

  readonly config: Config;
  readonly texts: Texts;
  readonly chat: Chat;
  readonly announcer = new Announcer();
  readonly #emit: Emit;
  readonly #launcher: Launcher;
  readonly #size: TextSize;
  readonly #menu: Menu;
  readonly #chatView: ChatView;
  readonly #personView: PersonView;
  readonly #focus = new FocusKeeper(this);
  #isOpen = false;
  #view: "chat" | "person" = "chat";

  constructor(config: Config, launcher: Launcher, emit: Emit) {
    super();
    this.config = config;
    this.texts = config.lang === "es" ? es : en;
    this.#launcher = launcher;
    this.#emit = emit;
    const store = new Store(`pumptalk:${config.protocol === "rasa" ? config.endpoint : config.base}:`);
    const protocol =
      config.protocol === "rasa" ? new RasaProtocol(config.endpoint, store) : new NativeProtocol(config.base);
    this.chat = new Chat(protocol, store, new BrowserWorld(), {
      changed: () => this.requestUpdate(),
      replied: (replies) => this.#replied(replies),
      failed: (problem) => this.#failed(problem),
    });
    this.#size = new TextSize(store);
    this.#menu = new Menu(this);
    this.#chatView = new ChatView(this, store.lasts);
    this.#personView = new PersonView(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    followViewport(this);
    const refresh = () => {
      if (document.visibilityState === "visible") void this.chat.refresh();
    };
    addEventListener("online", refresh);
    addEventListener("offline", () => this.requestUpdate());
    document.addEventListener("visibilitychange", refresh);
    this.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Show the panel; `takeFocus` is false where the visitor did not ask for it just now. */
  async open(takeFocus: boolean): Promise<void> {
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#launcher.showOpen(true);
      this.requestUpdate();
      if (this.chat.phase === "new") void this.chat.start();
      this.#emit("open", undefined);
    }
    await this.updateComplete;
    if (takeFocus) this.#focus.enter();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#menu.close();
    this.#launcher.showOpen(false);
    this.requestUpdate();
    this.#emit("close", undefined);
  }

  ask(text: string): void {
    this.show("chat");
    this.#chatView.submit(text);
  }

  /** Change what is in the frame; the focus goes along. */
  show(view: "chat" | "person"): void {
    if (this.#view === view) return;
    this.#view = view;
    this.requestUpdate();
    void this.updateComplete.then(() => this.#focus.enterView(view));
  }

  async print(): Promise<void> {
    this.show("chat");
    this.#menu.close();
    await this.updateComplete;
    printConversation(this.#launcher, this.renderRoot);
  }

  /** What to do if something did not work: the clinic's numbers. */
  wayOut(): string {
    const { phone, emergency_number } = this.config.clinic;
    return phone ? this.texts.wayOut(phone, emergency_number) : this.texts.wayOutUnknown;
  }

  /** Why something did not work, in a sentence or two that end with the way out. */
  explain(error: unknown): string {
    const problem = asChatError(error);
    return `${problem.detail || this.texts.trouble[problem.trouble]} ${this.wayOut()}`;
  }

  /** A text in which the clinic's numbers and web addresses are links. */
  linked(text: string): unknown {
    const { phone, after_hours_phone, emergency_number, crisis_line } = this.config.clinic;
    return piecesOf(text, [phone, after_hours_phone, emergency_number, crisis_line]).map(({ text: piece, href }) => {
      if (!href) return piece;
      const isPage = href.startsWith("http");
      return html`<a href=${href} target=${isPage ? "_blank" : nothing} rel=${isPage ? "noopener" : nothing}>${piece}</a>`;
    });
  }

  override render(): unknown {
    const { texts, config } = this;
    return html`
      <section
        class="panel"
        lang=${texts.lang}
        role="dialog"
        aria-modal=${this.#focus.isModal ? "true" : nothing}
        aria-labelledby="title"
        ?hidden=${!this.#isOpen}
      >
        <div class="head">
          <div class="names">
            <h2 id="title" tabindex="-1">${config.title || texts.title}</h2>
            ${config.clinic.name ? html`<p>${texts.subtitle(config.clinic.name)}</p>` : nothing}
          </div>
          ${this.#size.button(this)} ${this.#menu.button()}
          <button type="button" class="icon" aria-label=${texts.close} @click=${this.close}>${icons.close}</button>
        </div>
        <div class="below">
          ${this.#menu.render()}
          <div class="view" ?hidden=${this.#view !== "chat"}>${this.#ways()} ${this.#chatView.render()}</div>
          ${this.#view === "person" ? html`<div class="view">${this.#personView.render()}</div>` : nothing}
        </div>
        ${this.announcer.element}
      </section>
    `;
  }

  protected override updated(_: PropertyValues): void {
    this.renderRoot.querySelector<HTMLElement>(".panel")?.style.setProperty("--_scale", String(this.#size.scale));
    this.#chatView.updated(this.#size.scale);
  }

  #ways(): unknown {
    const { texts } = this;
    const emergency = this.config.clinic.emergency_number;
    return html`
      <div class="ways">
        <button type="button" @click=${() => this.show("person")}>${icons.person} ${texts.person}</button>
        ${emergency ? html`<a href=${telephone(emergency)}>${icons.phone} ${texts.emergency(emergency)}</a>` : nothing}
      </div>
    `;
  }

  #replied(replies: Reply[]): void {
    for (const reply of replies) {
      const { kind, topics, text } = reply;
      this.#emit("reply", { kind, topics, text });
      // A tab in the background would read aloud what the one in front reads already.
      if (document.visibilityState === "visible") this.#announce(reply);
    }
    if (!this.#isOpen && replies.length > 0) this.#launcher.showUnread(true);
  }

  #announce({ text, buttons, severity }: Reply): void {
    const heading = severity ? `${this.texts.severity[severity]}. ` : "";
    const choices = buttons.map((button) => button.title).join(". ");
    this.announcer.say(`${this.texts.bot}: ${heading}${text} ${choices}`.trim(), severity !== undefined);
  }

  #failed(problem: ChatError): void {
    this.announcer.say(`${this.texts.notSent}. ${this.explain(problem)}`, true);
    this.#emit("failed", { trouble: problem.trouble });
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (this.#menu.isOpen) this.#menu.close(true);
      else if (this.#view === "person") this.show("chat");
      else this.close();
    } else if (event.key === "Tab") {
      this.#focus.onTab(event);
    }
  }
}

/** Make the panel beside the launcher; it is shown when it is opened. */
export function createPanel(config: Config, launcher: Launcher, emit: Emit): Panel {
  if (!customElements.get(TAG)) customElements.define(TAG, Panel);
  const panel = new Panel(config, launcher, emit);
  panel.setAttribute("position", launcher.getAttribute("position") ?? "end");
  launcher.place(panel);
  return panel;
}
