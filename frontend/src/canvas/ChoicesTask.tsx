import "./choices.css";

import { type Choices } from "@/lib/choices";

const SMALL = 96;
const LONG = 10;

/** A task of one choice, without the editor: the same question and the same answer, at once and on any screen. */
export function ChoicesTask({
  asked, data, media, chosen, hidden = false, onChoose,
}: {
  asked: Choices;
  data: Readonly<Record<string, unknown>>;
  media: Readonly<Record<string, string>>;
  chosen: readonly string[];
  hidden?: boolean;
  onChoose: (value: string) => void;
}) {
  return (
    <div className={hidden ? "choices-task kept-ready" : "choices-task"} inert={hidden} aria-hidden={hidden}>
      <div className="shown">
        {asked.shown.map(({ kind, value }, at) => {
          if (kind === "header") return <h2 key={at}>{value}</h2>;
          const said = data[value];
          if (kind === "image") return <Picture key={at} src={value in media && typeof said === "string" ? said : ""} />;
          return <p key={at} className="said" dir="auto">{typeof said === "string" ? said : said == null ? "" : JSON.stringify(said)}</p>;
        })}
      </div>
      <div className={asked.choices.some((one) => one.said.length > LONG) ? "choices long" : "choices"} role={asked.multiple ? "group" : "radiogroup"} aria-label="Choices">
        {asked.choices.map((choice) => (
          <button
            key={choice.value}
            type="button"
            className="choice"
            role={asked.multiple ? "checkbox" : "radio"}
            aria-checked={chosen.includes(choice.value)}
            title={choice.hint || undefined}
            onClick={() => { onChoose(choice.value); }}
          >
            <span className="mark" aria-hidden />
            <span className="what" dir="auto">{choice.said}</span>
            {choice.key && <kbd className="kbd">{choice.key}</kbd>}
          </button>
        ))}
      </div>
    </div>
  );
}

/** A picture as large as there is room; small ones with crisp pixels, never cropped. */
function Picture({ src }: { src: string }) {
  if (!src) return <p className="quiet">This picture is not a file of the workspace, so it is not loaded here.</p>;
  return (
    <img
      src={src}
      alt="What is to be labeled"
      draggable={false}
      onLoad={(event) => {
        const picture = event.currentTarget;
        picture.dataset["small"] = String(Math.max(picture.naturalWidth, picture.naturalHeight) <= SMALL);
      }}
      onError={(event) => { event.currentTarget.dataset["broken"] = "true"; }}
    />
  );
}
