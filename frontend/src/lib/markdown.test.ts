import { describe, expect, it } from "vitest";

import { readMarkdown } from "./markdown";

describe("Markdown of guidelines", () => {
  it("reads headings, lists, quotes, code and rules", () => {
    const kinds = readMarkdown("# What\n\nOne *two* **three** `four`\nfive\n\n- a\n- b\n  more\n\n1. c\n\n> said\n\n```\n<b>\n```\n---").map((block) => block.kind);
    expect(kinds).toEqual(["heading", "paragraph", "list", "list", "quote", "code", "rule"]);
  });

  it("keeps HTML as text", () => {
    expect(readMarkdown("<img src=x onerror=alert(1)>")).toEqual([
      { kind: "paragraph", children: [{ kind: "text", text: "<img src=x onerror=alert(1)>" }] },
    ]);
  });

  it("links to web addresses only", () => {
    const [good, bad] = readMarkdown("[a](https://x.org/y)\n\n[b](javascript:alert(1))");
    expect(good).toMatchObject({ children: [{ kind: "link", address: "https://x.org/y" }] });
    expect(JSON.stringify(bad)).not.toContain('"link"');
  });

  it("ends on anything", () => {
    for (const text of ["*", "**", "`", "[", "- ", ">", "```", "#", "_a_b_", "> ".repeat(40), "*".repeat(2000)]) expect(readMarkdown(text)).toBeInstanceOf(Array);
  });
});
