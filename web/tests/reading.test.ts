import { describe, expect, it } from "vitest";
import { blocksOf, piecesOf } from "../widget/src/panel/reading";
import { replyOf } from "./fakes";

const SOURCES = ["Maryland", "Premier Pain & Spine", "Up and Down Clinic"].map((organisation) => ({
  organisation,
  document: "d",
}));

describe("blocks of a reply", () => {
  it("are paragraphs and lists", () => {
    expect(blocksOf(replyOf("Short.\n\nIntro:\n• one\n• two: 2\n\nEnd."))).toEqual([
      { type: "paragraph", text: "Short." },
      { type: "paragraph", text: "Intro:" },
      { type: "list", items: ["one", "two: 2"] },
      { type: "paragraph", text: "End." },
    ]);
  });

  it("show differing documents as views, also where two say the same", () => {
    const text =
      "• Maryland and Premier Pain & Spine: 1 to 2 hours.\n• Up and Down Clinic: 3: or 4.\n\n• Maryland: more";
    expect(blocksOf(replyOf(text, { sources: SOURCES }))).toEqual([
      {
        type: "views",
        views: [
          { who: "Maryland and Premier Pain & Spine", text: "1 to 2 hours." },
          { who: "Up and Down Clinic", text: "3: or 4." },
        ],
      },
      { type: "list", items: ["Maryland: more"] },
    ]);
  });

  it("leave a list alone of which one line names no document, and the list of documents itself", () => {
    const text = "• Maryland: yes\n• Note: no";
    expect(blocksOf(replyOf(text, { sources: SOURCES }))[0]?.type).toBe("list");
    const list = replyOf("• Maryland: a\n• Up and Down Clinic: b", { kind: "service", sources: SOURCES });
    expect(blocksOf(list)[0]?.type).toBe("list");
  });
});

describe("pieces of a line", () => {
  const links = (text: string) =>
    piecesOf(text, ["+1 555-0100", "911", "988", ""]).flatMap(({ text: shown, href }) => (href ? [[shown, href]] : []));

  it("are links where a number of the clinic stands", () => {
    expect(links("Call 911, or +1 555-0100 (not 988).")).toEqual([
      ["911", "tel:911"],
      ["+1 555-0100", "tel:+15550100"],
      ["988", "tel:988"],
    ]);
  });

  it.each(["1911", "911.5", "911-555", "$911", "911%", "0911", "9,911"])("leave %s alone", (text) => {
    expect(links(text)).toEqual([]);
  });

  it("link web addresses without what follows them, and nothing that runs", () => {
    expect(links("See https://clinic.example/a?b=c. Or (http://x.example).")).toEqual([
      ["https://clinic.example/a?b=c", "https://clinic.example/a?b=c"],
      ["http://x.example", "http://x.example"],
    ]);
    expect(links("javascript:alert(1) data:text/html,x")).toEqual([]);
  });

  it("lose nothing of the text", () => {
    const text = "a 911 b https://x.example c";
    expect(
      piecesOf(text, ["911"])
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });

  it("are found quickly in a text full of numbers", () => {
    const started = performance.now();
    piecesOf("911 ".repeat(20_000), ["911"]);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
