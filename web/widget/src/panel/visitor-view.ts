// What the visitor said, and what became of it.

import { html, nothing } from "lit";
import type { VisitorMessage } from "../chat/messages";
import type { Panel } from "./panel";
import { timeTemplate } from "./time";

export function visitorTemplate(message: VisitorMessage, panel: Panel, refill: (text: string) => void): unknown {
  return html`<li class="mine" data-key=${message.key}>
    <span class="unseen">${panel.texts.you}: </span>
    <p class="text" dir="auto">${message.text}</p>
    ${message.delivery === "sent" ? timeTemplate(message.at, panel.texts.lang) : nothing} ${fate(message, panel, refill)}
  </li>`;
}

function fate(message: VisitorMessage, panel: Panel, refill: (text: string) => void): unknown {
  const { texts, chat } = panel;
  const { key, problem, delivery } = message;
  if (delivery === "waiting") {
    const isOffline = problem?.trouble === "offline" && !navigator.onLine;
    return status(panel, isOffline ? texts.willSend : texts.tryingAgain, panel.wayOut());
  }
  if (delivery === "unanswered") {
    return status(
      panel,
      texts.unanswered,
      "",
      button(texts.askAgain, () => chat.say(message.text)),
    );
  }
  if (delivery !== "failed") return nothing;
  const change = () => refill(chat.takeBack(key));
  const action =
    problem?.trouble === "refused"
      ? button(texts.changeMessage, change)
      : html`${button(texts.tryAgain, () => chat.retry(key))} ${button(texts.changeMessage, change)}`;
  return status(panel, texts.notSent, problem ? panel.explain(problem) : panel.wayOut(), action);
}

function status(panel: Panel, title: string, text: string, action: unknown = nothing): unknown {
  return html`<div class="failure">
    <p><strong>${title}</strong></p>
    ${text ? html`<p>${panel.linked(text)}</p>` : nothing} ${action}
  </div>`;
}

function button(text: string, run: () => void): unknown {
  return html`<button type="button" @click=${run}>${text}</button>`;
}
