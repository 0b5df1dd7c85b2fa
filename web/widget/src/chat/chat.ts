// The conversation: resumes or opens it, sends what the visitor says in order, and shares it with the other tabs.

import { newId } from "./ids";
import { Log } from "./log";
import type { Message, VisitorMessage } from "./messages";
import { Outbox, type Unsent } from "./outbox";
import { delayBefore } from "./patience";
import { asChatError, type ChatError } from "./problem";
import type { CallBack, Protocol, Rating } from "./protocol";
import type { Store } from "./store";
import type { Conversation, Reply } from "./wire";
import type { World } from "./world";

/** `away`: the server could not be reached to open or read the conversation. */
export type Phase = "new" | "opening" | "ready" | "away";

export interface Listener {
  /** Something to show has changed. */
  changed(): void;
  /** Replies that were not there before, in their order; not those of an earlier visit. */
  replied(replies: Reply[]): void;
  /** A message was given up for now. */
  failed(problem: ChatError): void;
}

export class Chat {
  phase: Phase = "new";
  /** Why this is not the conversation of before. */
  notice: "expired" | "erased" | undefined;
  /** Why the phase is `away`. */
  problem: ChatError | undefined;

  readonly #log = new Log();
  readonly #outbox: Outbox;
  // Messages waiting for another attempt, with what went wrong.
  readonly #troubles = new Map<string, ChatError>();
  // The conversation whose log this is.
  #shown: Conversation | undefined;
  #isStarted = false;
  #preparing: Promise<void> | undefined;
  #pumping: Promise<void> | undefined;

  constructor(
    private readonly protocol: Protocol,
    private readonly store: Store,
    private readonly world: World,
    private readonly listener: Listener,
  ) {
    this.#outbox = new Outbox(store);
    store.onChange((name) => this.#otherTab(name));
  }

  /** The log, then what is not in it yet. */
  get messages(): Message[] {
    const unsent = this.#outbox.list();
    const waiting = unsent.filter(({ id }) => !this.#log.has(id)).map((message) => this.#unsent(message));
    const pending = new Map(unsent.map((message) => [message.id, message]));
    const logged = this.#log.messages.map((message) => {
      const mine = pending.get(message.key);
      return mine ? this.#unsent(mine) : message;
    });
    return [...logged, ...waiting];
  }

  /** Whether an answer is on its way. */
  get isWaiting(): boolean {
    return this.messages.some((message) => message.role === "visitor" && message.delivery === "sending");
  }

  get hasExtras(): boolean {
    return this.protocol.extras !== undefined;
  }

  /** Get ready; if that fails the phase is `away` and it may be called again. */
  async start(): Promise<void> {
    this.#isStarted = true;
    await this.#prepared().catch(() => undefined); // the phase says so
    if (this.phase === "ready") void this.#pump();
  }

  /** Read what the server has meanwhile, and send what waits: after the connection or the visitor returned. */
  async refresh(): Promise<void> {
    this.world.wake();
    if (this.phase === "away") return this.start();
    for (const { id } of this.#outbox.list().filter((m) => this.#troubles.get(m.id)?.trouble === "offline")) {
      this.#outbox.change(id, { failed: false });
    }
    await this.#syncQuietly();
    void this.#pump();
  }

  /** Send a text; `label` is what the visitor sees of it. */
  say(text: string, label = text): void {
    this.notice = undefined;
    this.#outbox.add({ id: newId(), text, label, at: this.world.now(), failed: false });
    this.listener.changed();
    void this.#pump();
  }

  /** Send a failed message again, with its old id: if it did arrive the first time, its answer is repeated. */
  retry(id: string): void {
    this.#troubles.delete(id);
    this.#outbox.change(id, { failed: false });
    this.listener.changed();
    this.world.wake();
    void this.#pump();
  }

  /** Take a failed message back to change it; returns its text. */
  takeBack(id: string): string {
    const text = this.#outbox.find(id)?.label ?? "";
    this.#outbox.remove(id);
    this.listener.changed();
    return text;
  }

  /** Leave this conversation and open another. */
  async startAnew(): Promise<void> {
    this.#forget();
    await this.start();
  }

  /** Have the server delete the conversation. Throws ChatError if it did not. */
  async erase(): Promise<void> {
    const conversation = this.#stored();
    if (conversation) {
      await this.protocol.erase(conversation).catch((error: unknown) => {
        if (asChatError(error).trouble !== "gone") throw asChatError(error);
      });
    }
    this.#forget();
    this.notice = "erased";
    await this.start();
  }

  /** The conversation as a text file. Throws ChatError. */
  async transcript(): Promise<string> {
    return this.protocol.transcript(await this.#conversation());
  }

  /** How the visitor rated a reply, as this browser remembers it. */
  ratingOf(messageId: string): Rating | undefined {
    return this.store.read<Record<string, Rating>>("ratings")?.[messageId];
  }

  /** Rate a reply. Throws ChatError. */
  async rate(messageId: string, rating: Rating, comment = ""): Promise<void> {
    await this.protocol.extras?.rate(await this.#conversation(), messageId, rating, comment);
    this.store.write("ratings", { ...this.store.read<Record<string, Rating>>("ratings"), [messageId]: rating });
    this.listener.changed();
  }

  /** Ask to be called; resolves to what happens next. Throws ChatError. */
  async callBack(request: CallBack): Promise<string> {
    return (await this.protocol.extras?.callBack(await this.#conversation(), request)) ?? "";
  }

  #unsent({ id, label, at, failed }: Unsent): VisitorMessage {
    const problem = this.#troubles.get(id);
    const delivery = failed ? "failed" : problem ? "waiting" : "sending";
    return { role: "visitor", key: id, text: label, at, delivery, problem };
  }

  async #conversation(): Promise<Conversation> {
    await this.#prepared();
    const conversation = this.#stored();
    if (!conversation) throw new Error("no conversation after it was opened");
    return conversation;
  }

  #stored(): Conversation | undefined {
    return this.store.read<Conversation>("conversation");
  }

  #prepared(): Promise<void> {
    if (this.phase === "ready" && this.#stored()) return Promise.resolve();
    this.#preparing ??= this.#prepare().finally(() => {
      this.#preparing = undefined;
    });
    return this.#preparing;
  }

  async #prepare(): Promise<void> {
    this.#enter("opening");
    try {
      if (!(await this.#resumed())) await this.world.alone("pumptalk-open", () => this.#openUnlessOpened());
    } catch (error) {
      this.problem = asChatError(error);
      this.#enter("away");
      throw this.problem;
    }
    this.#enter("ready");
  }

  // Whether there is a conversation, shown from now on.
  async #resumed(): Promise<boolean> {
    const stored = this.#stored();
    if (!stored) return false;
    try {
      await this.#sync(stored);
      return true;
    } catch (error) {
      if (asChatError(error).trouble !== "gone") throw error;
      this.#expire(stored);
      return false;
    }
  }

  // Another tab may have been faster.
  async #openUnlessOpened(): Promise<void> {
    const stored = this.#stored();
    if (stored) return this.#sync(stored);
    const { conversation, replies } = await this.protocol.open();
    this.store.write("conversation", conversation);
    this.#show(conversation);
    this.#log.add(undefined, replies, this.world.now());
    this.listener.replied(replies);
  }

  #expire(gone: Conversation): void {
    if (this.#stored()?.id === gone.id) this.store.remove("conversation");
    this.notice = "expired";
    this.phase = "new";
  }

  #show(conversation: Conversation): void {
    if (this.#shown?.id === conversation.id) return;
    this.#shown = conversation;
    this.#log.clear();
  }

  async #sync(conversation: Conversation): Promise<void> {
    const isFirst = this.#shown?.id !== conversation.id;
    const history = await this.protocol.history(conversation, isFirst ? 0 : this.#log.lastSeq);
    this.#show(conversation);
    const fresh = this.#log.merge(history);
    for (const { clientId, state } of history) {
      if (state === "answered" || state === "failed") this.#outbox.remove(clientId);
    }
    this.listener.changed();
    if (!isFirst) this.listener.replied(fresh);
  }

  async #syncQuietly(): Promise<void> {
    const stored = this.#stored();
    if (!stored || this.phase !== "ready") return;
    try {
      await this.#sync(stored);
    } catch (error) {
      // The visitor asked for nothing, so nothing failed for them; the next message or refresh tells.
      if (asChatError(error).trouble === "gone") this.#expire(stored);
    }
  }

  #pump(): Promise<void> {
    this.#pumping ??= this.world
      .alone("pumptalk-send", () => this.#deliverAll())
      .finally(() => {
        this.#pumping = undefined;
        if (this.#outbox.next()) void this.#pump();
      });
    return this.#pumping;
  }

  async #deliverAll(): Promise<void> {
    for (let next = this.#outbox.next(); next; next = this.#outbox.next()) await this.#deliver(next);
  }

  async #deliver(message: Unsent): Promise<void> {
    for (let attempt = 0; this.#outbox.find(message.id); attempt += 1) {
      try {
        await this.#send(message);
        return;
      } catch (error) {
        const problem = asChatError(error);
        const delay = delayBefore(attempt, problem, this.world.isOnline());
        this.#troubles.set(message.id, problem);
        if (delay === undefined) return this.#giveUp(message, problem);
        this.listener.changed();
        await this.world.pause(delay);
      }
    }
  }

  async #send(message: Unsent, isSecond = false): Promise<void> {
    const conversation = await this.#conversation();
    try {
      const { answered, replies } = await this.protocol.send(conversation, message);
      if (this.#stored()?.id === conversation.id) this.#answered(message, answered, replies);
    } catch (error) {
      if (isSecond || asChatError(error).trouble !== "gone") throw error;
      this.#expire(conversation);
      // Nothing was offered in the new conversation, where a payload would be mere text: send what the visitor saw.
      message.text = message.label;
      this.#outbox.change(message.id, { text: message.label });
      await this.#send(message, true);
    }
  }

  #answered(message: Unsent, answered: boolean, replies: Reply[]): void {
    this.#troubles.delete(message.id);
    this.#outbox.remove(message.id);
    const { id, label, at } = message;
    const delivery = answered ? "sent" : "unanswered";
    this.#log.add(
      { role: "visitor", key: id, text: label, at, delivery, problem: undefined },
      replies,
      this.world.now(),
    );
    // The other tabs read the log when this changes.
    this.store.write("news", newId());
    this.listener.changed();
    this.listener.replied(replies);
  }

  #giveUp(message: Unsent, problem: ChatError): void {
    this.#outbox.change(message.id, { failed: true });
    this.listener.changed();
    this.listener.failed(problem);
  }

  #forget(): void {
    for (const name of ["conversation", "ratings", "log"]) this.store.remove(name);
    this.#outbox.clear();
    this.#troubles.clear();
    this.#log.clear();
    this.#shown = undefined;
    this.notice = undefined;
    this.#enter("new");
    this.world.wake();
  }

  #otherTab(name: string): void {
    if (name === "news") void this.#syncQuietly();
    else if (name === "outbox" && this.phase === "ready") {
      this.listener.changed();
      void this.#pump();
    } else if (name === "conversation" || name === "") this.#follow();
    else this.listener.changed();
  }

  // Another tab left the conversation or opened one: go with it.
  #follow(): void {
    const stored = this.#stored();
    if (!this.#isStarted || stored?.id === this.#shown?.id) return;
    this.#log.clear();
    this.#shown = undefined;
    this.#enter("new");
    if (stored) void this.start();
  }

  #enter(phase: Phase): void {
    this.phase = phase;
    this.listener.changed();
  }
}
