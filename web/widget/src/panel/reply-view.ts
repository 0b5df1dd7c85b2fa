// A reply of the bot. Its text enters the page as text only; what it looks like is decided here.

import { html, nothing } from "lit";
import type { BotMessage } from "../chat/messages";
import type { Reply, Severity } from "../chat/wire";
import type { Clinic } from "../config";
import type { Feedback } from "./feedback";
import { icons } from "./icons";
import type { Panel } from "./panel";
import { type Block, blocksOf, telephone } from "./reading";
import { timeTemplate } from "./time";

// A choice is answered or passed over; what an answer leads to stays open.
const CLARIFY = "clarify";

export function replyTemplate(
  { key, reply, at }: BotMessage,
  panel: Panel,
  isPast: boolean,
  feedback: Feedback,
): unknown {
  const { severity } = reply;
  return html`<li class="bot ${severity ? `safety ${severity}` : ""}" data-key=${key}>
    <span class="unseen">${panel.texts.bot}: </span>
    ${severity ? html`<h3>${panel.texts.severity[severity]}</h3>${callsTemplate(severity, panel)}` : nothing}
    <div class="body" lang="en">${blocksOf(reply).map((block) => blockTemplate(block, panel))}</div>
    ${sourcesTemplate(reply, panel)} ${isPast && reply.kind === CLARIFY ? nothing : choicesTemplate(reply, panel)}
    <div class="foot">${timeTemplate(at, panel.texts.lang)} ${feedback.render(reply)}</div>
  </li>`;
}

function blockTemplate(block: Block, panel: Panel): unknown {
  switch (block.type) {
    case "paragraph":
      return html`<p class="text">${panel.linked(block.text)}</p>`;
    case "list":
      return html`<ul class="points">${block.items.map((item) => html`<li>${panel.linked(item)}</li>`)}</ul>`;
    case "views":
      return html`<ul class="views">
        ${block.views.map((view) => html`<li><strong>${view.who}</strong><span class="unseen">: </span><span class="says">${panel.linked(view.text)}</span></li>`)}
      </ul>`;
  }
}

function callsTemplate(severity: Severity, panel: Panel): unknown {
  const { texts, config } = panel;
  const { emergency, crisis, clinic } = numbers(config.clinic);
  const call = (number: string) =>
    number ? html`<a class="call" href=${telephone(number)}>${icons.phone} ${texts.call(number)}</a>` : nothing;
  if (severity === "emergency") return html`<div class="calls">${call(emergency)}</div>`;
  if (severity !== "crisis") return html`<div class="calls">${call(clinic)}</div>`;
  const message = crisis ? html`<a class="call second" href="sms:${crisis}">${texts.textTo(crisis)}</a>` : nothing;
  return html`<div class="calls">${call(crisis)} ${message}</div>`;
}

function numbers(clinic: Clinic): { emergency: string; crisis: string; clinic: string } {
  return { emergency: clinic.emergency_number, crisis: clinic.crisis_line, clinic: clinic.phone };
}

function choicesTemplate({ buttons }: Reply, { chat }: Panel): unknown {
  if (buttons.length === 0) return nothing;
  return html`<div class="choices" lang="en">
    ${buttons.map(
      ({ title, payload }) =>
        html`<button type="button" ?disabled=${chat.isWaiting} @click=${() => chat.say(payload, title)}>${title}</button>`,
    )}
  </div>`;
}

function sourcesTemplate({ sources, topics }: Reply, panel: Panel): unknown {
  if (sources.length === 0) return nothing;
  const { texts, config } = panel;
  const topic = topics[0];
  const page = config.protocol === "pumptalk" && topic ? `${config.base}/faq/${encodeURIComponent(topic)}` : "";
  return html`<details class="sources">
    <summary>${texts.sources} (${sources.length})</summary>
    <ul lang="en">
      ${sources.map(({ organisation, document }) => html`<li><strong>${organisation}</strong>${document ? `: ${document}` : ""}</li>`)}
    </ul>
    ${
      page
        ? html`<a href=${page} target="_blank" rel="noopener">${texts.readPage}<span class="unseen">, ${texts.newTab}</span></a>`
        : nothing
    }
  </details>`;
}
