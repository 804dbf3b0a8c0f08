/** Zip archives that a person picked, unpacked in the browser: each file is seen before it is written. */
import type { Picked, Selection } from "./picked";
import { withoutSystemFiles } from "./picked";

/** Bounds that honest archives keep and bombs do not. */
export const MOST_FILES = 200_000;
export const MOST_BYTES = 16e9;
const BOMB_RATIO = 1000;
const BOMB_BYTES = 50e6;

/** An archive that is not unpacked, with why and what helps. */
export class BadArchive extends Error {
  constructor(
    message: string,
    readonly help: string,
  ) {
    super(message);
  }
}

export function isArchive(picked: Picked): boolean {
  return /\.zip$/i.test(picked.path);
}

/**
 * Replace every zip archive by the files in it; one that comes with other files gets a folder of its name.
 *
 * `found` hears how many files were unpacked so far. Paths are those in the archive: whether they may be written is for
 * the import's plan to say. Throws BadArchive.
 */
export async function unpack(
  selection: Selection,
  found: (count: number, share: number) => void = () => undefined,
  stopped: () => boolean = () => false,
): Promise<Selection> {
  const zip = await import("@zip.js/zip.js");
  // Its workers are made from blobs, which the page's policy forbids; the browser's own streams do the work.
  zip.configure({ useWebWorkers: false });
  const alone = selection.files.length === 1;
  const files: Picked[] = [];
  let size = 0;
  for (const picked of selection.files) {
    if (!isArchive(picked)) {
      files.push(picked);
      continue;
    }
    const name = picked.path.split("/").at(-1) ?? picked.path;
    const into = alone ? "" : `${picked.path.slice(0, -4)}/`;
    let [passed, entries] = [0, 0];
    const reader = new zip.ZipReader(new zip.BlobReader(picked.file));
    try {
      for await (const entry of reader.getEntriesGenerator({ onprogress: (_, total) => { entries = total; return undefined; } })) {
        passed += 1;
        if (stopped()) return { files: [], leftOut: [] };
        if (entry.directory) continue;
        size += entry.uncompressedSize;
        check(name, entry.filename, entry, files.length, size);
        const data = await entry.getData(new zip.BlobWriter(), { checkSignature: true });
        files.push({ path: `${into}${entry.filename}`, file: new File([data], entry.filename, { lastModified: entry.lastModDate.getTime() }) });
        if (files.length % 50 === 0) found(files.length, entries > 0 ? passed / entries : 0);
      }
    } catch (error) {
      if (error instanceof BadArchive) throw error;
      const member = (error as { filename?: unknown }).filename;
      if (error instanceof Error && error.message === zip.ERR_UNSAFE_FILENAME)
        throw new BadArchive(`${name} is not unpacked: its member ${JSON.stringify(member)} would leave the folder.`, "Such archives are made to do harm. Unpack it with care on your computer if you trust it.");
      throw new BadArchive(`${name} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`, "Is it whole? Pack or download it again, or import it as it is.");
    } finally {
      await reader.close().catch(() => undefined);
    }
  }
  found(files.length, 1);
  const { files: kept, leftOut } = withoutSystemFiles(files);
  return { files: kept, leftOut: [...selection.leftOut, ...leftOut] };
}

function check(archive: string, name: string, entry: { encrypted: boolean; compressedSize: number; uncompressedSize: number }, count: number, size: number): void {
  if (entry.encrypted) throw new BadArchive(`${archive} is locked with a password.`, "Unpack it on your computer first, then import the folder.");
  if (count >= MOST_FILES) throw new BadArchive(`${archive} holds more than ${MOST_FILES.toLocaleString("en")} files.`, "Unpack it on your computer, or use `tilth put`.");
  if (size > MOST_BYTES) throw new BadArchive(`${archive} unpacks to more than ${MOST_BYTES / 1e9} GB.`, "Unpack it on your computer, or use `tilth put`.");
  if (entry.uncompressedSize > BOMB_BYTES && entry.uncompressedSize > BOMB_RATIO * Math.max(1, entry.compressedSize))
    throw new BadArchive(`${archive} is not unpacked: ${name} would grow a thousandfold.`, "If it is meant to be so, unpack it on your computer and import the folder.");
}
