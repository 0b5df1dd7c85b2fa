// A reply's plain text as blocks that can be laid out, and a line as pieces in which numbers and addresses are links.

import type { Reply } from "../chat/wire";

export interface View {
  who: string;
  text: string;
}

export type Block =
  | { type: "paragraph"; text: string }
  | { type: "list"; items: string[] }
  /** What documents that disagree say, each by its name. */
  | { type: "views"; views: View[] };

export interface Piece {
  text: string;
  href?: string;
}

const BULLET = /^•\s*/;

const read = new WeakMap<Reply, Block[]>();

/** The blocks of a reply, read once. */
export function blocksOf(reply: Reply): Block[] {
  const known = read.get(reply) ?? readBlocks(reply);
  read.set(reply, known);
  return known;
}

function readBlocks(reply: Reply): Block[] {
  const blocks: Block[] = [];
  let items: string[] | undefined;
  for (const line of reply.text.split("\n")) {
    if (!BULLET.test(line)) {
      items = undefined;
      if (line.trim()) blocks.push({ type: "paragraph", text: line.trim() });
    } else if (items) {
      items.push(line.replace(BULLET, ""));
    } else {
      items = [line.replace(BULLET, "")];
      blocks.push({ type: "list", items });
    }
  }
  return blocks.map((block) => (block.type === "list" ? asViews(block, reply) : block));
}

// A list is of differing documents if each of its lines begins with the names of sources.
function asViews(block: { type: "list"; items: string[] }, { kind, sources }: Reply): Block {
  if (kind !== "answer" && kind !== "not_covered") return block;
  const known = new Set(sources.map((source) => source.organisation));
  const views = block.items.flatMap((item) => {
    const end = item.indexOf(": ");
    const who = item.slice(0, Math.max(end, 0));
    return who.split(" and ").every((name) => known.has(name)) || known.has(who)
      ? [{ who, text: item.slice(end + 2) }]
      : [];
  });
  return views.length === block.items.length && views.length > 1 ? { type: "views", views } : block;
}

const ADDRESS = /https?:\/\/[^\s"<>]*[^\s"<>.,;:!?)\]]/;

export function piecesOf(text: string, numbers: readonly string[]): Piece[] {
  // The longest first, or a short number would hide a longer one that starts with it.
  const sorted = [...numbers].filter(Boolean).sort((a, b) => b.length - a.length);
  const pattern = new RegExp([ADDRESS.source, ...sorted.map(escaped)].join("|"), "g");
  const pieces: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const found = match[0];
    const end = match.index + found.length;
    const isAddress = found.startsWith("http");
    if (!isAddress && !isWhole(text, match.index, end)) continue;
    if (match.index > done) pieces.push({ text: text.slice(done, match.index) });
    pieces.push({ text: found, href: isAddress ? found : telephone(found) });
    done = end;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}

export function telephone(number: string): string {
  return `tel:${number.replace(/[^\d+]/g, "")}`;
}

// 911 in "1911", "911.5", "911-555" or "$911" is no phone number. (No lookbehind: Safari before 16.4 cannot read it.)
function isWhole(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(start - 2, 0), start);
  return !/[\d+$]$|\d[-.,/]$/.test(before) && !/^[\d%]|^[-.,/]\d/.test(text.slice(end, end + 2));
}

function escaped(number: string): string {
  return number.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
