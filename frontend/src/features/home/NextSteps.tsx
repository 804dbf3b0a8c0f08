import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";

import { Button, Icon } from "@/ui";

const HIDDEN = "tilth.home.steps";

export interface Done {
  /** The newest repo with data from outside, or what people are asked about. */
  data: string | undefined;
  labeling: boolean;
  dataset: string | undefined;
  model: string | undefined;
}

/** The way round the loop for the first time: what is done, and a button for what comes next. */
export function NextSteps({ done }: { done: Done }) {
  const [hidden, setHidden] = useState(() => localStorage.getItem(HIDDEN) === "yes");
  if (hidden && done.data !== undefined) return null;
  const { data, dataset } = done;
  const steps: readonly (readonly [boolean, string, string, (look: string) => ReactNode])[] = [
    [data !== undefined, "Bring data", "a folder of pictures, a zip, or a table", (look) => <Link className={look} to="/data">{data === undefined ? "Go to Data" : "Bring more"}</Link>],
    [done.labeling, "Get labels", "ask people, or import answers that you have", (look) => <Link className={look} to="/new-labeling" search={data === undefined ? {} : { repo: data }}>Start a labeling project</Link>],
    [dataset !== undefined, "Make a dataset", "the items with their labels, to look at and to correct", (look) => <Link className={look} to="/datasets" search={data === undefined ? {} : { make: data }}>Make a dataset</Link>],
    [done.model !== undefined, "Train a model", "one button, and you see where it is wrong", (look) => (dataset === undefined ? <span className="faint">after the dataset</span> : <Link className={look} to="/datasets/$name" params={{ name: dataset }} search={{ view: "train" }}>Train on {dataset}</Link>)],
  ];
  const next = steps.findIndex(([is]) => !is);
  return (
    <section className="panel home-steps" aria-label="The first way round">
      <ol>
        {steps.map(([is, what, about, act], index) => (
          <li key={what} aria-current={index === next ? "step" : undefined} className={is ? "done" : ""}>
            <span className="home-step-sign">{is ? <Icon name="check" size={14} /> : index + 1}</span>
            <span className="home-step-words">
              <strong>{what}</strong> <span className="quiet">{about}</span>
              {is && <span className="offscreen">, done</span>}
            </span>
            {is ? index === 0 && act("button small plain") : (index === 0 || data !== undefined) && act(index === next ? "button main" : "button")}
          </li>
        ))}
      </ol>
      {data !== undefined && <Button small look="plain" onClick={() => { localStorage.setItem(HIDDEN, "yes"); setHidden(true); }}>Hide these steps</Button>}
    </section>
  );
}
