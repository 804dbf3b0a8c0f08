import { describe, expect, it } from "vitest";

import type { CommitInfo } from "@/api/client";

import { lastingOf } from "./lasting";

const node = (repo: string, id: string, record_of: string[] = []) => ({ commit: { repo, id } as CommitInfo, record_of });

describe("the link that is copied from a page of lineage", () => {
  it("is that of the version shown", () => {
    expect(lastingOf([node("photos", "c1")], "photos@c1:a.png", "photos")).toEqual({ to: "photos@c1:a.png", exact: true });
  });
  it("is that of the saved version where the page shows a record", () => {
    expect(lastingOf([node("animals", "m1", ["v1"]), node("animals", "v1")], "animals@m1", "animals")).toEqual({ to: "animals@v1", exact: true });
  });
  it("is that of the repo where no version is saved yet", () => {
    expect(lastingOf([node("animals", "m1", ["c1"]), node("photos", "c1")], "animals@m1", "animals")).toEqual({ to: "animals", exact: false });
  });
});
