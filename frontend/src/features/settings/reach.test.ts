import { expect, test } from "vitest";

import { isOnlyHere } from "./reach";

test("an address of the computer itself opens for nobody else", () => {
  for (const name of ["127.0.0.1", "127.1.2.3", "localhost", "tilth.localhost", "[::1]", "::1"]) expect(isOnlyHere(name)).toBe(true);
  for (const name of ["192.168.1.7", "tilth.example.org", "my-computer", "127.example.org", "[fe80::1]"]) expect(isOnlyHere(name)).toBe(false);
});
