import { describe, expect, it } from "vitest";
import { problemOf } from "../widget/src/chat/problem";
import { NonsenseError, readConversation, readHistory, readReplies } from "../widget/src/chat/wire";

describe("what comes from a server", () => {
  it("is read as agreed", () => {
    const metadata = {
      kind: "safety",
      severity: "urgent",
      message_id: "m",
      topics: ["t"],
      sources: [{ organisation: "o" }],
    };
    const buttons = [{ title: "T", payload: "/t" }];
    expect(readReplies([{ text: "x", buttons, metadata }])).toEqual([
      {
        id: "m",
        text: "x",
        buttons,
        kind: "safety",
        topics: ["t"],
        severity: "urgent",
        sources: [{ organisation: "o", document: "" }],
      },
    ]);
  });

  it("may be a bare Rasa's, without metadata, or with a picture only", () => {
    const [first, second] = readReplies([{ recipient_id: "x", text: "a" }, { image: "https://x.example/i.png" }]);
    expect(first).toMatchObject({ id: "", text: "a", buttons: [], kind: "" });
    expect(second?.text).toBe("https://x.example/i.png");
  });

  it.each([null, "x", 3, {}, [3], [{}], [{ text: 3 }], [null]])(
    "is refused when it is no list of replies: %j",
    (value) => {
      expect(() => readReplies(value)).toThrow(NonsenseError);
    },
  );

  it.each([null, [], {}, { id: "a" }, { id: "", token: "t" }, { id: 1, token: 2 }])(
    "is refused as a conversation: %j",
    (value) => {
      expect(() => readConversation(value)).toThrow(NonsenseError);
    },
  );

  it.each([
    null,
    {},
    { messages: 1 },
    { messages: [{ seq: "1", role: "bot" }] },
    { messages: [{ seq: 1, role: "x" }] },
  ])("is refused as a history: %j", (value) => {
    expect(() => readHistory(value)).toThrow(NonsenseError);
  });

  it("has no unknown severity and no button without a title", () => {
    const buttons = [{ payload: "/x" }, { title: "y" }, 7];
    const [reply] = readReplies([{ text: "x", metadata: { severity: "loud", topics: [1, "t"] }, buttons }]);
    expect(reply).toMatchObject({ severity: undefined, topics: ["t"], buttons: [{ title: "y", payload: "y" }] });
  });
});

describe("a status", () => {
  it.each([
    [404, true, "gone"],
    [401, true, "gone"],
    [404, false, "fault"],
    [422, true, "refused"],
    [413, true, "refused"],
    [429, false, "busy"],
    [503, false, "busy"],
    [409, true, "busy"],
    [500, true, "fault"],
    [302, false, "fault"],
  ])("%i (a problem of the server's own: %s) is %s", (status, isProblem, trouble) => {
    expect(problemOf(status, isProblem, "", 0).trouble).toBe(trouble);
  });
});
