import { beforeEach, describe, expect, it, vi } from "vitest";
import { readConfig } from "../widget/src/config";

const BAKED = { clinic: { name: "Clinic", phone: "+1 555-0100", emergency_number: "911" } as never, limit: 50 };

beforeEach(() => vi.stubGlobal("navigator", { language: "en-US" }));

describe("the script tag", () => {
  it("tells where the server is", () => {
    expect(readConfig({}, "https://bot.example/chat/widget.js?v=2", BAKED)).toMatchObject({
      base: "https://bot.example/chat",
      endpoint: "https://bot.example/chat/webhooks/rest/webhook",
      protocol: "pumptalk",
      theme: "auto",
      limit: 50,
    });
    expect(readConfig({ base: "https://other.example/" }, "https://x.example/widget.js", BAKED).base).toBe(
      "https://other.example",
    );
  });

  it("goes without the server's data where another one serves it, and then names the numbers itself", () => {
    const { clinic, limit } = readConfig({ phone: "1", protocol: "rasa" }, "https://x.example/widget.js", undefined);
    expect(clinic).toMatchObject({ phone: "1", name: "", hours: [] });
    expect(limit).toBe(2000);
  });

  it("puts its numbers before the server's", () => {
    expect(readConfig({ phone: "2" }, "https://x.example/w.js", BAKED).clinic).toMatchObject({
      phone: "2",
      name: "Clinic",
    });
  });

  it.each([
    ["es-MX", undefined, "es"],
    ["en-US", undefined, "en"],
    ["fr", undefined, "en"],
    ["es", "en", "en"],
    ["en", "es", "es"],
  ])("takes the browser's language %s, unless it asks for %s: %s", (browser, asked, used) => {
    vi.stubGlobal("navigator", { language: browser });
    expect(readConfig(asked ? { lang: asked } : {}, "https://x.example/w.js", BAKED).lang).toBe(used);
  });
});
