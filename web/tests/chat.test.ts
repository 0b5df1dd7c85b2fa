import { beforeEach, describe, expect, it, vi } from "vitest";
import { ChatError } from "../widget/src/chat/problem";
import { FakeServer, OFFLINE, settled, Tab, Tabs } from "./fakes";

let server: FakeServer;
let tabs: Tabs;

beforeEach(() => {
  server = new FakeServer();
  tabs = new Tabs();
  vi.stubGlobal("addEventListener", tabs.listen);
});

async function started(): Promise<Tab> {
  const tab = new Tab(server, tabs);
  await tab.chat.start();
  return tab;
}

describe("a conversation", () => {
  it("opens with the greeting and answers in the order of the questions", async () => {
    const tab = await started();
    tab.chat.say("one");
    tab.chat.say("two");
    await settled();
    expect(tab.shown).toEqual(["bot: hello", "sent: one", "bot: re: one", "sent: two", "bot: re: two"]);
    expect(tab.told).toEqual(["hello", "re: one", "re: two"]);
  });

  it("is resumed after a reload without being told again", async () => {
    (await started()).chat.say("one");
    await settled();
    const reloaded = await started();
    expect(reloaded.shown).toEqual(["bot: hello", "sent: one", "bot: re: one"]);
    expect(reloaded.told).toEqual([]);
    expect(server.opened).toBe(1);
  });

  it("shows a button's title where the log has its payload", async () => {
    const tab = await started();
    server.log[0]?.reply?.buttons.push({ title: "The battery", payload: "/battery_life" });
    tab.chat.say("/battery_life", "The battery");
    await settled();
    expect((await started()).shown).toContain("sent: The battery");
  });

  it("makes room for a new one if the server does not have it any more", async () => {
    await started();
    server.opened += 1;
    const tab = await started();
    expect(tab.chat.notice).toBe("expired");
    expect(tab.shown).toEqual(["bot: hello"]);
  });

  it("opens a new one for a message when it is gone, and sends what the visitor saw", async () => {
    const tab = await started();
    server.opened += 1;
    tab.chat.say("/battery_life", "The battery");
    await settled();
    expect(tab.shown).toEqual(["bot: hello", "sent: The battery", "bot: re: The battery"]);
  });

  it("is deleted only if the server says so", async () => {
    const tab = await started();
    server.unreachable = true;
    await expect(tab.chat.erase()).rejects.toThrow(ChatError);
    expect(tab.shown).toEqual(["bot: hello"]);
    server.unreachable = false;
    await tab.chat.erase();
    expect(tab.chat.notice).toBe("erased");
    expect(server.opened).toBe(2);
  });

  it("that cannot be opened is opened by the first message", async () => {
    server.unreachable = true;
    const tab = await started();
    expect(tab.chat.phase).toBe("away");
    tab.chat.say("one");
    await settled();
    server.unreachable = false;
    tab.world.wake();
    await settled();
    expect(tab.shown).toEqual(["bot: hello", "sent: one", "bot: re: one"]);
  });
});

describe("a message", () => {
  it("whose answer was lost is sent again under its id and answered once", async () => {
    const tab = await started();
    server.troubles.push("lost answer");
    tab.chat.say("one");
    await settled();
    expect(tab.shown).toEqual(["bot: hello", "waiting: one"]);
    tab.world.wake();
    await settled();
    expect(tab.shown).toEqual(["bot: hello", "sent: one", "bot: re: one"]);
    expect(server.log).toHaveLength(3);
  });

  it("waits for the connection as long as it takes", async () => {
    const tab = await started();
    tab.world.online = false;
    server.troubles.push(OFFLINE);
    tab.chat.say("one");
    await settled();
    expect(tab.world.pauses[0]).toBeGreaterThan(3_600_000);
    tab.world.online = true;
    await tab.chat.refresh();
    await settled();
    expect(tab.shown).toContain("sent: one");
  });

  it("is given up after half a minute, does not hold up the next, and can be sent again", async () => {
    const tab = await started();
    server.troubles.push(...Array(7).fill(OFFLINE));
    tab.chat.say("one");
    for (let i = 0; i < 7; i += 1) {
      await settled();
      tab.world.wake();
    }
    await settled();
    expect(tab.failures).toEqual(["offline"]);
    tab.chat.say("two");
    await settled();
    expect(tab.shown).toEqual(["bot: hello", "sent: two", "bot: re: two", "failed: one"]);
    const [id] = tab.chat.messages.flatMap((m) => (m.role === "visitor" && m.delivery === "failed" ? [m.key] : []));
    tab.chat.retry(id ?? "");
    await settled();
    expect(tab.shown.slice(3)).toEqual(["sent: one", "bot: re: one"]);
  });

  it("waits as long as a busy server asks, but not an hour", async () => {
    const tab = await started();
    server.troubles.push(new ChatError("busy", "", 7), new ChatError("busy", "", 3600));
    tab.chat.say("one");
    await settled();
    expect(tab.world.pauses).toEqual([7000]);
    tab.world.wake();
    await settled();
    expect(tab.shown).toContain("failed: one");
  });

  it("that is refused is not sent again, and can be taken back", async () => {
    const tab = await started();
    server.troubles.push(new ChatError("refused", "too long"));
    tab.chat.say("one");
    await settled();
    const message = tab.chat.messages.find((m) => m.role === "visitor");
    expect(tab.chat.takeBack(message?.key ?? "")).toBe("one");
    expect(tab.shown).toEqual(["bot: hello"]);
  });

  it.each([
    ["of a minute ago is sent after a reload", 60_000, "sent: one"],
    ["of yesterday is sent only when the visitor says so", 86_400_000, "failed: one"],
  ])("%s", async (_, age, shown) => {
    const { conversation } = await server.open();
    const storage = tabs.storage({});
    const at = new Date(Date.now() - age).toISOString();
    storage.setItem("x:conversation", JSON.stringify(conversation));
    storage.setItem("x:outbox", JSON.stringify([{ id: "m", text: "one", label: "one", at, failed: false }]));
    const tab = await started();
    await settled();
    expect(tab.shown).toContain(shown);
  });
});

describe("tabs", () => {
  it("show what is said in another one", async () => {
    const [first, second] = [await started(), await started()];
    first.chat.say("one");
    await settled();
    expect(second.shown).toEqual(first.shown);
    second.chat.say("two");
    await settled();
    expect(first.shown).toEqual(["bot: hello", "sent: one", "bot: re: one", "sent: two", "bot: re: two"]);
    expect(server.log).toHaveLength(5);
  });

  it("go along when one leaves the conversation", async () => {
    const [first, second] = [await started(), await started()];
    first.chat.say("one");
    await settled();
    await second.chat.startAnew();
    await settled();
    expect(first.shown).toEqual(["bot: hello"]);
    first.chat.say("two");
    await settled();
    expect(second.shown).toEqual(["bot: hello", "sent: two", "bot: re: two"]);
    expect(server.opened).toBe(2);
  });
});
