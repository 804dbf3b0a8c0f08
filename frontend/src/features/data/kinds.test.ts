import { expect, test } from "vitest";

import { hexLines, kindOf, mediaTypeOf, textOf } from "./kinds";

test("kinds are told by the name", () => {
  expect(
    ["a/b.PNG", "x.csv", "x.parquet", "r.json", "README", "Makefile", "x.wav", "x.mp4", "x.f32", "png", "x.html"].map(
      kindOf,
    ),
  ).toEqual(["image", "table", "table", "json", "text", "text", "audio", "video", "unknown", "image", "text"]);
});

test("what could run in a page has no media type of its own", () => {
  expect(mediaTypeOf("x.html")).toBe("application/octet-stream");
  expect(mediaTypeOf("x.js")).toBe("application/octet-stream");
});

test("bytes that are no text are none", () => {
  const bytes = (...values: number[]) => new Uint8Array(values);
  expect(textOf(new TextEncoder().encode("é"), false)).toBe("é");
  expect(textOf(bytes(0xc3), false)).toBeNull();
  expect(textOf(bytes(0x61, 0xc3), true)).toBe("a");
  expect(textOf(bytes(0x61, 0), false)).toBeNull();
});

test("bytes are shown sixteen a line", () => {
  expect(hexLines(new TextEncoder().encode("0123456789abcdef!"))).toEqual([
    { at: "000000", hex: "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66", text: "0123456789abcdef" },
    { at: "000010", hex: "21", text: "!" },
  ]);
});
