// How to reach a person: numbers, hours, and a form to be called back.

import { html, nothing } from "lit";
import type { CallBack } from "../chat/protocol";
import { icons } from "./icons";
import type { Panel } from "./panel";
import { telephone } from "./reading";

type Fault = "name" | "reach";

export class PersonView {
  #faults = new Set<Fault>();
  #failure = "";
  #done = "";
  #isSending = false;

  constructor(private readonly panel: Panel) {}

  render(): unknown {
    const { texts, chat } = this.panel;
    return html`<div class="person">
      <button type="button" class="back" @click=${() => this.panel.show("chat")}>${icons.back} ${texts.back}</button>
      <h3 id="person-title" tabindex="-1">${texts.personTitle}</h3>
      ${this.#numbers()} ${chat.hasExtras ? this.#form() : nothing}
    </div>`;
  }

  #numbers(): unknown {
    const { texts, config } = this.panel;
    const clinic = config.clinic;
    const call = (name: string, number: string) =>
      number ? html`<dt>${name}</dt><dd><a class="number" href=${telephone(number)}>${number}</a></dd>` : nothing;
    const fact = (name: string, value: unknown) =>
      value ? html`<dt>${name}</dt><dd lang="en">${value}</dd>` : nothing;
    const hours = clinic.hours.map(({ days, open, close }) => html`<div>${texts.hoursLine(days, open, close)}</div>`);
    return html`
      <dl>
        ${call(texts.phone, clinic.phone)} ${fact(texts.hours, hours.length ? hours : "")}
        ${call(texts.afterHours, clinic.after_hours_phone)} ${call(texts.emergency("").trim(), clinic.emergency_number)}
        ${call(texts.crisis, clinic.crisis_line)} ${fact(texts.address, clinic.address)}
      </dl>
      ${
        clinic.booking_url
          ? html`<a class="booking" href=${clinic.booking_url} target="_blank" rel="noopener"
              >${texts.booking}<span class="unseen">, ${texts.newTab}</span></a
            >`
          : nothing
      }
    `;
  }

  #form(): unknown {
    const { texts } = this.panel;
    if (this.#done)
      return html`<p class="done" role="status" id="done" tabindex="-1" lang="en">${this.panel.linked(this.#done)}</p>`;
    return html`<form class="call-back" novalidate>
      <h4>${texts.callBack}</h4>
      <p>${texts.callBackNote}</p>
      ${this.#field("name", texts.name, 100, "name", "name")}
      ${this.#field("phone", texts.yourPhone, 40, "tel", "reach", "tel")}
      ${this.#field("email", texts.email, 254, "email", "reach", "email")}
      ${this.#field("when", `${texts.when} (${texts.optional})`, 200, "off")}
      ${this.#field("note", `${texts.note} (${texts.optional})`, 1000, "off")}
      ${this.#failure ? html`<p class="failure" role="alert">${this.panel.linked(this.#failure)}</p>` : nothing}
      <button
        type="submit"
        class="primary"
        ?disabled=${this.#isSending}
        @click=${(event: Event) => this.#submit(event)}
      >
        ${texts.request}
      </button>
    </form>`;
  }

  #field(
    name: keyof CallBack,
    label: string,
    longest: number,
    autocomplete: string,
    fault?: Fault,
    type = "text",
  ): unknown {
    const { texts } = this.panel;
    const isFaulty = fault !== undefined && this.#faults.has(fault);
    // Of phone and e-mail only the first says that one of them is needed.
    const says = isFaulty && name !== "email" ? (fault === "name" ? texts.nameMissing : texts.reachMissing) : "";
    return html`<label for=${name}>${label}</label>
      <input
        id=${name}
        name=${name}
        type=${type}
        maxlength=${longest}
        autocomplete=${autocomplete}
        aria-invalid=${isFaulty}
        aria-describedby=${isFaulty ? `fault-${fault}` : nothing}
      />
      ${says ? html`<p class="failure" id="fault-${fault}">${says}</p>` : nothing}`;
  }

  // As in the composer: a sandboxed frame may forbid the form's submission.
  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const request = read((event.currentTarget as HTMLButtonElement).form);
    this.#failure = "";
    this.#faults = faultsOf(request);
    if (this.#faults.size > 0) return this.#focus("[aria-invalid='true']");
    this.#isSending = true;
    this.panel.requestUpdate();
    try {
      this.#done = (await this.panel.chat.callBack(request)) || this.panel.texts.requested;
    } catch (error) {
      this.#failure = `${this.panel.texts.failedAction} ${this.panel.explain(error)}`;
    }
    this.#isSending = false;
    this.#focus(this.#done ? "#done" : "[type='submit']");
  }

  #focus(selector: string): void {
    this.panel.requestUpdate();
    void this.panel.updateComplete.then(() =>
      this.panel.renderRoot.querySelector<HTMLElement>(`.person ${selector}`)?.focus(),
    );
  }
}

function read(form: HTMLFormElement | null): CallBack {
  const data = new FormData(form ?? undefined);
  const value = (name: string) => String(data.get(name) ?? "").trim();
  return {
    name: value("name"),
    phone: value("phone"),
    email: value("email"),
    when: value("when"),
    note: value("note"),
  };
}

function faultsOf({ name, phone, email }: CallBack): Set<Fault> {
  const faults = new Set<Fault>();
  if (!name) faults.add("name");
  if (!phone && !email) faults.add("reach");
  return faults;
}
