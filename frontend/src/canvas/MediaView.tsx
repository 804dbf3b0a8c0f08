import { useEffect, useState } from "react";

import { count } from "@/lib/format";
import { mediaTypeOf } from "@/lib/mediaTypes";

import "./media.css";

/** What an item shows: stored bytes by their reference, or text as it is. */
export interface Media {
  kind: string;
  reference?: string | null;
  text?: string | null;
}

interface Props {
  media: Media;
  /** What it is called, for those who do not see it. */
  name: string;
  /** Where its bytes are, or a small picture of them (`addressOf("files.read", …)`, `addressOf("datasets.thumbnail", …)`). */
  address: string | null;
  /** `tile`: as large as the box allows, quiet. `whole`: by itself, with its size said and players. */
  fit?: "tile" | "whole";
  /** The largest enlargement of small pictures. */
  largest?: number;
}

/** An item's image, text, audio or video. Nothing is cropped silently; what cannot be shown says so in words. */
export function MediaView({ media, name, address, fit = "whole", largest = 16 }: Props) {
  if (media.kind === "text") return <Text text={media.text} fit={fit} />;
  if (address === null || media.kind === "none") return <Broken fit={fit} words={media.kind === "none" ? "no media" : "its file is not there"} />;
  if (media.kind === "image") return <Picture key={address} address={address} name={name} fit={fit} largest={largest} />;
  if (media.kind === "audio" || media.kind === "video")
    return fit === "tile" ? <Sign kind={media.kind} /> : <Player key={address} address={address} file={media.reference ?? name} kind={media.kind} name={name} />;
  return <Broken fit={fit} words="files of this kind have no preview" />;
}

function Text({ text, fit }: { text: string | null | undefined; fit: "tile" | "whole" }) {
  if (text === null || text === undefined) return <Broken fit={fit} words="its text is missing" />;
  if (text.trim() === "") return <Broken fit={fit} words="empty text" />;
  return (
    <div className={`media-text fit-${fit} ${text.length > 280 ? "long" : text.length > 90 ? "middle" : "short"}`} dir="auto" {...(fit === "whole" ? { tabIndex: 0 } : {})}>
      {fit === "tile" && text.length > 600 ? `${text.slice(0, 600)}…` : text}
    </div>
  );
}

/** An image as a whole; a small one is enlarged with crisp pixels. */
function Picture({ address, name, fit, largest }: { address: string; name: string; fit: "tile" | "whole"; largest: number }) {
  const [size, setSize] = useState<{ width: number; height: number; crisp: boolean } | null>(null);
  const [broken, setBroken] = useState(false);
  if (broken) return <Broken fit={fit} words="this picture cannot be shown: its file is broken, or of a kind that browsers do not know" />;
  const small = size?.crisp === true;
  const times = size ? Math.min(largest, Math.max(1, Math.floor(320 / Math.max(size.width, size.height, 1)))) : 1;
  return (
    <figure className={`media-picture fit-${fit}${size ? "" : " waiting"}`}>
      <img
        src={address}
        alt={name}
        draggable={false}
        decoding="async"
        className={small ? "crisp" : ""}
        style={size && small && fit === "whole" ? { width: size.width * times, height: size.height * times } : {}}
        onLoad={(event) => {
          const { naturalWidth: width, naturalHeight: height, clientWidth, clientHeight } = event.currentTarget;
          const most = Math.max(width, height);
          setSize({ width, height, crisp: fit === "whole" ? most <= 160 : most * 1.5 <= Math.min(clientWidth, clientHeight) });
        }}
        onError={() => { setBroken(true); }}
      />
      {fit === "whole" && size && (
        <figcaption>
          {count(size.width)} × {count(size.height)} pixels{small && times > 1 ? `, shown ${times} times larger` : ""}
        </figcaption>
      )}
    </figure>
  );
}

/** Sound or film; loaded when asked for, so that a page of many stays quick. */
function Player({ address, file, kind, name }: { address: string; file: string; kind: "audio" | "video"; name: string }) {
  const [state, setState] = useState<"none" | "loading" | { source: string } | { trouble: string }>("none");
  useEffect(() => {
    if (state !== "loading") return;
    const abort = new AbortController();
    // The bytes are fetched as data and told to be media here: the server never says that stored bytes are anything.
    fetch(address, { signal: abort.signal, credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.blob() : Promise.reject(new Error(`the server answered ${answer.status}`))))
      .then((blob) => { setState({ source: URL.createObjectURL(new Blob([blob], { type: mediaTypeOf(file) })) }); })
      .catch((error: unknown) => { if (!abort.signal.aborted) setState({ trouble: `this ${kind} could not be loaded: ${(error as Error).message}` }); });
    return () => { abort.abort(); };
  }, [state, address, file, kind]);
  const source = typeof state === "object" && "source" in state ? state.source : null;
  useEffect(() => () => { if (source) URL.revokeObjectURL(source); }, [source]);
  const failed = () => { setState({ trouble: `this ${kind} cannot be played: its file is broken, or of a kind that browsers do not know` }); };
  if (typeof state === "object" && "trouble" in state) return <Broken fit="whole" words={state.trouble} />;
  if (source === null)
    return (
      <div className="media-sign fit-whole">
        <button type="button" className="button" disabled={state === "loading"} onClick={() => { setState("loading"); }}>
          {state === "loading" ? "Loading…" : kind === "audio" ? "Play the sound" : "Play the video"}
        </button>
      </div>
    );
  return kind === "audio" ? (
    <audio className="media-player" src={source} controls autoPlay aria-label={name} onError={failed} />
  ) : (
    <video className="media-player" src={source} controls autoPlay aria-label={name} onError={failed} />
  );
}

function Sign({ kind }: { kind: "audio" | "video" }) {
  return (
    <div className="media-sign fit-tile">
      <span className="sign" aria-hidden>▶</span>
      {kind === "audio" ? "sound" : "video"}
    </div>
  );
}

function Broken({ words, fit }: { words: string; fit: "tile" | "whole" }) {
  return (
    <div className={`media-broken fit-${fit}`}>
      <span className="sign" aria-hidden>△</span>
      {words}
    </div>
  );
}
