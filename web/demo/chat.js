// The demonstration page's chat: resumes or opens a conversation and sends the visitor's messages in their order.

import { ApiError, openConversation, readClinic, readHistory, sendMessage } from "/demo/api.js";
import { phoneNumbers, showClinic } from "/demo/clinic.js";
import { Composer } from "/demo/composer.js";
import { ChatView } from "/demo/view.js";

const STORAGE_KEY = "pumptalk.conversation";

class Chat {
  #view = new ChatView();
  #composer = new Composer();
  #clinic = null;
  #conversation = null;
  #titles = new Map(); // payload → title of each button offered: the log keeps a click as its payload
  #queue = Promise.resolve();
  #waitingFor = 0;

  /** Get ready for the visitor; if that fails, say so and offer another try. */
  async start() {
    this.#view.showWaiting("Opening the chat");
    try {
      await this.#loadClinic();
      const leftovers = (await this.#resume()) ?? (await this.#openAnew());
      this.#view.showWaiting();
      this.#composer.enable((text) => this.#say(text, text));
      // Their answers were under way when the page went away; asking again brings them, not a second answer.
      leftovers.forEach((message) => this.#enqueue(message));
    } catch (error) {
      this.#view.showWaiting();
      this.#view.addNotice(this.#explain(error), { label: "Try again", run: () => this.start() });
    }
  }

  async #loadClinic() {
    this.#clinic = this.#clinic ?? (await readClinic());
    showClinic(this.#clinic);
    this.#view.numbers = phoneNumbers(this.#clinic);
  }

  // Show the conversation of this tab. Resolves to its unanswered messages, or to null if there is none to show.
  async #resume() {
    this.#conversation = remembered();
    if (!this.#conversation) return null;
    try {
      return this.#showHistory(await readHistory(this.#conversation));
    } catch (error) {
      if (!error.isGone) throw error;
      this.#view.addNotice("Your earlier conversation is no longer here. This is a new one.");
      return null;
    }
  }

  async #openAnew() {
    const { id, token, replies } = await openConversation();
    this.#conversation = { id, token };
    remember(this.#conversation);
    this.#addReplies(replies);
    return [];
  }

  #showHistory(messages) {
    const unanswered = new Map();
    let latest = null;
    this.#view.quietly(() => {
      for (const message of messages) {
        const { role, text, client_message_id: id } = message;
        if (role === "visitor") {
          latest = this.#addVisitor({ id, text, label: this.#titles.get(text) ?? text });
          unanswered.set(id, latest);
        } else {
          this.#addReply(message);
          unanswered.delete(id);
        }
      }
      if (latest) this.#view.reveal(latest.item);
    });
    return [...unanswered.values()];
  }

  // `text` is what is sent, `label` what the visitor sees: they differ for a button.
  #say(text, label) {
    this.#enqueue(this.#addVisitor({ id: newId(), text, label }));
  }

  #addVisitor(message) {
    this.#view.retireButtons();
    return { ...message, item: this.#view.addVisitor(message.label) };
  }

  // Below their question, above what the visitor has sent since.
  #addReplies(replies, question) {
    this.#view.retireButtons();
    const items = [];
    for (const reply of replies) items.push(this.#addReply(reply, items[items.length - 1] ?? question));
    return items;
  }

  #addReply(reply, after) {
    for (const { payload, title } of reply.buttons) this.#titles.set(payload, title);
    return this.#view.addReply(reply, ({ payload, title }) => this.#say(payload, title), after);
  }

  // Visitors need not wait for an answer before they go on: what they send waits here instead.
  #enqueue(message) {
    this.#waitingFor += 1;
    this.#view.showWaiting("Looking for an answer");
    this.#queue = this.#queue.then(() => this.#deliver(message));
  }

  async #deliver(message) {
    try {
      const { replies } = await this.#sendOrRestart(message);
      this.#view.revealAnswer(message.item, this.#addReplies(replies, message.item));
    } catch (error) {
      this.#showFailure(message, error);
    } finally {
      this.#waitingFor -= 1;
      if (this.#waitingFor === 0) this.#view.showWaiting();
    }
  }

  async #sendOrRestart(message) {
    try {
      return await sendMessage(this.#conversation, message);
    } catch (error) {
      if (!error.isGone) throw error;
      const { id, token } = await openConversation();
      this.#conversation = { id, token };
      remember(this.#conversation);
      // Nothing was offered in the new conversation, where a payload would be mere text: send what the visitor saw.
      message.text = message.label;
      return sendMessage(this.#conversation, message);
    }
  }

  #showFailure(message, error) {
    const retry = { label: "Try again", run: () => this.#retry(message) };
    const change = { label: "Change the message", run: () => this.#takeBack(message) };
    this.#view.markFailed(message.item, this.#explain(error), error.isRefusal ? change : retry);
  }

  // With its old id: if the message did arrive the first time, the server repeats its answer.
  #retry(message) {
    this.#view.moveToEnd(message.item);
    this.#enqueue(message);
  }

  #takeBack(message) {
    message.item.remove();
    this.#composer.refill(message.label);
  }

  #explain(error) {
    if (!(error instanceof ApiError)) console.error(error);
    if (error.isRefusal) return error.detail;
    return `${cause(error.status)} ${this.#wayOut()}`;
  }

  #wayOut() {
    if (!this.#clinic) return "Please try again, or call the clinic.";
    const { phone, emergency_number: emergency } = this.#clinic;
    return `Please try again, or call the clinic at ${phone}. In an emergency call ${emergency}.`;
  }
}

function cause(status) {
  if (status === 0) return "The chat could not be reached. Your internet connection may be down.";
  if (status === 409) return "The chat is still busy with this message.";
  if (status === 429) return "The chat has too much to do just now.";
  return "The chat has a fault. It is not your doing.";
}

// Not crypto.randomUUID, which a page without https lacks.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A browser may forbid storage; then the chat works, and a reload starts it afresh.
function remembered() {
  try {
    const { id, token } = JSON.parse(sessionStorage.getItem(STORAGE_KEY)) ?? {};
    return id && token ? { id, token } : null;
  } catch {
    return null;
  }
}

function remember(conversation) {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(conversation));
  } catch {
    // Nothing to do: see above.
  }
}

new Chat().start();
