import { BlobWriter, TextReader, ZipWriter, configure } from "@zip.js/zip.js";
import { expect, test } from "vitest";

import { BadArchive, isArchive, unpack } from "./unzip";

configure({ useWebWorkers: false });

async function zipOf(files: Readonly<Record<string, string>>, options: { password?: string } = {}): Promise<File> {
  const writer = new ZipWriter(new BlobWriter("application/zip"), options);
  for (const [name, text] of Object.entries(files)) await writer.add(name, new TextReader(text));
  return new File([await writer.close()], "photos.zip");
}

test("a lone archive's files keep their paths and bytes", async () => {
  const file = await zipOf({ "a/1.txt": "one", "a/2.txt": "two", "__MACOSX/a/._1.txt": "x", "a/.DS_Store": "x" });
  const { files, leftOut } = await unpack({ files: [{ path: "photos.zip", file }], leftOut: [] });
  expect(await Promise.all(files.map(async (one) => [one.path, await one.file.text()]))).toEqual([["a/1.txt", "one"], ["a/2.txt", "two"]]);
  expect(leftOut).toHaveLength(2);
});

test("an archive among other files unpacks into a folder of its name", async () => {
  const file = await zipOf({ "1.txt": "one" });
  const { files } = await unpack({ files: [{ path: "in/photos.zip", file }, { path: "truth.csv", file: new File(["k"], "truth.csv") }], leftOut: [] });
  expect(files.map((one) => one.path)).toEqual(["in/photos/1.txt", "truth.csv"]);
});

test("an archive with a member that would leave its folder is refused, and the member named", async () => {
  for (const name of ["../../etc/passwd", "/abs", "a/../../b"]) {
    const file = await zipOf({ "ok.txt": "fine", [name]: "x" });
    await expect(unpack({ files: [{ path: "photos.zip", file }], leftOut: [] })).rejects.toThrow(JSON.stringify(name));
  }
});

test("what is no archive, locked, or a bomb is told with its name", async () => {
  await expect(unpack({ files: [{ path: "broken.zip", file: new File(["not a zip"], "broken.zip") }], leftOut: [] })).rejects.toThrow(/broken\.zip cannot be unpacked/);
  const locked = await zipOf({ "a.txt": "secret" }, { password: "word" });
  await expect(unpack({ files: [{ path: "locked.zip", file: locked }], leftOut: [] })).rejects.toThrow(/password/);
  const bomb = await zipOf({ "zeros.bin": "0".repeat(60e6) });
  await expect(unpack({ files: [{ path: "bomb.zip", file: bomb }], leftOut: [] })).rejects.toThrow(BadArchive);
});

test("archives are told by their names", () => {
  const file = new File([], "x");
  expect([isArchive({ path: "a/B.ZIP", file }), isArchive({ path: "zip.txt", file })]).toEqual([true, false]);
});
