// What the visitor sees of the chat. Texts enter the page as text only, never as HTML.

import { withPhoneLinks } from "/demo/clinic.js";

const BULLET = /^•\s*/;

const SAFETY_HEADINGS = {
  emergency: "Get help now",
  urgent: "Call the clinic now",
  crisis: "You can talk to someone now",
  advice: "Please ask your care team",
};

export class ChatView {
  #log = document.getElementById("log");
  #list = document.getElementById("messages");
  #waiting = document.getElementById("waiting");
  #waitingText = document.getElementById("waiting-text");

  /** The phone numbers that become links in texts. */
  numbers = [];

  /** Add what the visitor said; the element returned stands for it in the other methods. */
  addVisitor(text) {
    const item = this.#add("visitor", "You said:");
    item.append(make("p", "text", text));
    this.reveal(item);
    return item;
  }

  /** Add a reply at the end or below the message `after`; a click on one of its buttons calls `choose(button)`. */
  addReply({ text, buttons, metadata }, choose, after) {
    const item = this.#add("bot", "Chatbot said:", after);
    if (metadata.kind === "safety") markSafety(item, metadata.severity);
    item.append(...this.#blocks(text));
    if (metadata.sources?.length) item.append(sourcesLine(metadata.sources));
    if (buttons.length) item.append(choices(buttons, choose));
    return item;
  }

  /** Add a sentence of the page itself, with a button if it has an `action` of `{label, run}`. */
  addNotice(text, action) {
    const item = this.#add("notice", "Notice:");
    item.append(this.#paragraph(text));
    if (action) item.append(this.#actionButton(action, () => item.remove()));
    this.reveal(item);
  }

  /** Say at a message that it was not sent and why, with a button for what the visitor can do about it. */
  markFailed(item, reason, action) {
    const isTall = this.#isTall(item);
    const failure = make("div", "failure");
    const button = this.#actionButton(action, () => failure.remove());
    failure.append(make("strong", "", "Not sent"), this.#paragraph(reason), button);
    item.append(failure);
    this.reveal(isTall ? failure : item);
  }

  /** Show the sign that something is on its way, or hide it without a text. */
  showWaiting(text = "") {
    this.#waitingText.textContent = text;
    this.#waiting.hidden = !text;
    if (text) this.#scrollToEnd();
  }

  /** The buttons so far can no longer be clicked. */
  retireButtons() {
    const active = this.#list.querySelectorAll(".choices button:enabled");
    this.#keepFocusFrom(active);
    for (const button of active) button.disabled = true;
  }

  /** Move a message that is sent again to the end, where its answer will stand. */
  moveToEnd(item) {
    this.#list.append(item);
    this.reveal(item);
  }

  /** Run `fill` without a screen reader reading all of it aloud. */
  quietly(fill) {
    this.#log.setAttribute("aria-live", "off");
    fill();
    // Only after the browser has told the screen reader about the change.
    setTimeout(() => this.#log.removeAttribute("aria-live"), 1000);
  }

  /** Scroll so that reading can start at this element: it stands on top unless all after it fits. */
  reveal(item) {
    // In a very low window the style sheet lets the page scroll instead of the log.
    if (getComputedStyle(this.#log).overflowY === "visible") {
      item.scrollIntoView({ block: "start" });
      return;
    }
    const offset = item.getBoundingClientRect().top - this.#log.getBoundingClientRect().top;
    this.#log.scrollTop += offset - 12;
  }

  /** Show a question and the start of its answer; a very long question gives way to the answer. */
  revealAnswer(question, answers) {
    this.reveal(this.#isTall(question) && answers.length > 0 ? answers[0] : question);
  }

  #isTall(item) {
    return item.offsetHeight > this.#log.clientHeight / 2;
  }

  #scrollToEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #add(kind, speaker, after = this.#list.lastElementChild) {
    const item = make("li", `message ${kind}`);
    item.append(make("span", "unseen", speaker));
    if (after) after.after(item);
    else this.#list.append(item);
    return item;
  }

  // Lines that start with the bullet sign become lists, all others paragraphs.
  #blocks(text) {
    const blocks = [];
    let list = null;
    for (const line of text.split("\n")) {
      if (BULLET.test(line)) {
        if (!list) blocks.push((list = make("ul", "")));
        list.append(this.#withLinks(make("li", ""), line.replace(BULLET, "")));
      } else {
        list = null;
        if (line.trim()) blocks.push(this.#paragraph(line));
      }
    }
    return blocks;
  }

  #paragraph(text) {
    return this.#withLinks(make("p", "text"), text);
  }

  #withLinks(element, text) {
    element.append(withPhoneLinks(text, this.numbers));
    return element;
  }

  #actionButton({ label, run }, dismiss) {
    const button = make("button", "choice", label);
    button.type = "button";
    button.addEventListener("click", () => {
      this.#keepFocusFrom([button]);
      dismiss();
      run();
    });
    return button;
  }

  // A button that goes away would leave the keyboard's visitor at the top of the page.
  #keepFocusFrom(buttons) {
    if ([...buttons].includes(document.activeElement)) this.#log.focus({ preventScroll: true });
  }
}

function markSafety(item, severity) {
  item.classList.add("safety", severity);
  item.append(make("h3", "", SAFETY_HEADINGS[severity] ?? "Important"));
}

function choices(buttons, choose) {
  const group = make("div", "choices");
  for (const choice of buttons) {
    const button = make("button", "choice", choice.title);
    button.type = "button";
    button.addEventListener("click", () => choose(choice));
    group.append(button);
  }
  return group;
}

function sourcesLine(sources) {
  const names = new Set(sources.map((source) => source.organisation));
  return make("p", "sources", `From: ${[...names].join(", ")}`);
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
