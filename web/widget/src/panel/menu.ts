// What one can do with the conversation.

import { html, nothing } from "lit";
import { saveAs } from "./download";
import { icons } from "./icons";
import type { Panel } from "./panel";

export class Menu {
  isOpen = false;
  #asksToErase = false;
  #failure = "";

  constructor(private readonly panel: Panel) {}

  button(): unknown {
    const { texts } = this.panel;
    return html`
      <button
        type="button"
        class="icon"
        id="menu-button"
        aria-label=${texts.menu}
        aria-expanded=${this.isOpen}
        aria-controls="menu"
        @click=${() => this.#toggle()}
      >
        ${icons.menu}
      </button>
    `;
  }

  /** `giveBack`: put the focus on the menu's button. */
  close(giveBack = false): void {
    this.isOpen = false;
    this.#asksToErase = false;
    this.#failure = "";
    this.panel.requestUpdate();
    if (giveBack) this.#focus("#menu-button");
  }

  render(): unknown {
    return html`<div id="menu" class="menu" ?hidden=${!this.isOpen}>
      ${this.#asksToErase ? this.#eraseQuestion() : this.#entries()}
      ${this.#failure ? html`<p class="failure" role="alert">${this.#failure}</p>` : nothing}
    </div>`;
  }

  #entries(): unknown {
    const { texts, config, chat } = this.panel;
    const isNative = config.protocol === "pumptalk";
    const link = (href: string, text: string) =>
      html`<li><a href=${href} target="_blank" rel="noopener">${text}<span class="unseen">, ${texts.newTab}</span></a></li>`;
    const entry = (text: string, run: () => unknown) =>
      html`<li><button type="button" @click=${run}>${text}</button></li>`;
    return html`<ul>
      ${entry(texts.newChat, () => this.#afterwards(() => chat.startAnew()))}
      ${entry(texts.download, () => this.#afterwards(() => this.#download()))}
      ${entry(texts.print, () => this.panel.print())}
      ${entry(texts.erase, () => this.#ask(true))}
      ${isNative ? link(`${config.base}/faq`, texts.faq) : nothing}
      ${config.clinic.privacy_url ? link(config.clinic.privacy_url, texts.privacy) : nothing}
    </ul>`;
  }

  #eraseQuestion(): unknown {
    const { texts, chat } = this.panel;
    return html`<div role="group" aria-labelledby="erase-question">
      <p id="erase-question">${texts.eraseQuestion}</p>
      <button type="button" class="danger" @click=${() => this.#afterwards(() => chat.erase())}>${texts.eraseYes}</button>
      <button type="button" id="keep" @click=${() => this.#ask(false)}>${texts.eraseNo}</button>
    </div>`;
  }

  // Close when it is done; if it did not work, stay and say so.
  async #afterwards(job: () => Promise<void>): Promise<void> {
    try {
      await job();
      this.close(true);
    } catch (error) {
      this.#failure = `${this.panel.texts.failedAction} ${this.panel.explain(error)}`;
      this.panel.requestUpdate();
    }
  }

  async #download(): Promise<void> {
    saveAs(this.panel.texts.transcriptFile, await this.panel.chat.transcript());
  }

  #toggle(): void {
    if (this.isOpen) {
      this.close();
      return;
    }
    this.isOpen = true;
    this.panel.requestUpdate();
    this.#focus(".menu button");
  }

  #ask(asks: boolean): void {
    this.#asksToErase = asks;
    this.#failure = "";
    this.panel.requestUpdate();
    this.#focus(asks ? "#keep" : ".menu button");
  }

  #focus(selector: string): void {
    void this.panel.updateComplete.then(() => this.panel.renderRoot.querySelector<HTMLElement>(selector)?.focus());
  }
}
