import { expect, it } from "vitest";

import { fieldName, valueName } from "@/features/datasets/question/fields";
import { mediaKindOf, mediaTypeOf } from "@/lib/mediaTypes";

it("takes the names that every object has as names of data", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    expect(fieldName(name)).toBe(name);
    expect(valueName(name, name)).toBe(name);
    expect(valueName("mark", name)).toBe(name);
    expect(mediaKindOf(`a.${name}`)).toBeNull();
    expect(mediaTypeOf(`a.${name}`)).toBe("application/octet-stream");
  }
  expect(fieldName("labeled_by")).toBe("labeled by");
  expect(valueName("mark", "ambiguous")).toBe("ambiguous");
});
