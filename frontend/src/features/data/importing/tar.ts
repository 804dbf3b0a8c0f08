/** Many files as one tar, for one request that makes one commit. */

const BLOCK = 512;
const LARGEST_OCTAL = 0o77777777777;

/** Files up to this size are read here: a browser takes milliseconds to open each one by itself while it sends. */
const SMALL = 1 << 20;
const AT_ONCE = 64;

/** Return the tar of some files. Small ones are read at once, large ones stay on disk until they are sent. */
export async function tarOf(
  files: readonly { path: string; file: Blob }[],
  read: (count: number) => void = () => undefined,
  stopped: () => boolean = () => false,
): Promise<Blob> {
  const parts: BlobPart[] = [];
  for (let start = 0; start < files.length && !stopped(); start += AT_ONCE) {
    const pieces = await Promise.all(
      files.slice(start, start + AT_ONCE).map(async ({ path, file }) => {
        const content = file.size <= SMALL ? new Uint8Array(await file.arrayBuffer()) : file;
        const size = content instanceof Uint8Array ? content.length : content.size;
        return [header(path, size), content, new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK)];
      }),
    );
    // A blob per batch, so that the browser may keep it on disk rather than in memory.
    parts.push(new Blob(pieces.flat()));
    read(Math.min(files.length, start + AT_ONCE));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Blob(parts, { type: "application/x-tar" });
}

/** Return the header of one file; a path that the plain form cannot hold goes into an extended header before it. */
export function header(path: string, size: number): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(path);
  const plain = name.length <= 100 && name.every((byte) => byte < 128) && size <= LARGEST_OCTAL;
  if (plain) return block(name, size, "0");
  const records = concatenated([record("path", path), ...(size > LARGEST_OCTAL ? [record("size", String(size))] : [])]);
  const padded = new Uint8Array(Math.ceil(records.length / BLOCK) * BLOCK);
  padded.set(records);
  const short = new TextEncoder().encode("file");
  return concatenated([block(short, records.length, "x"), padded, block(short, Math.min(size, LARGEST_OCTAL), "0")]);
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function record(key: string, value: string): Uint8Array<ArrayBuffer> {
  const rest = new TextEncoder().encode(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return concatenated([new TextEncoder().encode(String(length)), rest]);
}

function block(name: Uint8Array, size: number, kind: "0" | "x"): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(BLOCK);
  const text = new TextEncoder();
  bytes.set(name, 0);
  bytes.set(text.encode("0000644\0" + "0000000\0" + "0000000\0"), 100);
  bytes.set(text.encode(`${size.toString(8).padStart(11, "0")}\0` + "00000000000\0"), 124);
  bytes.set(text.encode("        "), 148);
  bytes.set(text.encode(kind), 156);
  bytes.set(text.encode("ustar\u000000"), 257);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.set(text.encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return bytes;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
