import { useRead } from "@/api/queries";
import { Button, Loading } from "@/ui";

import { useClasses } from "@/features/datasets/classes";
import type { ItemPartProps } from "@/features/datasets/props";
import "./analysis.css";
import { Card } from "./Card";
import { seedsText } from "./seeds";
import { hasResults, useAnalysis } from "./useAnalysis";

const SHOWN = 8;

/** The items that are most like this one, and the way to more of them. */
export function Neighbours({ name, question, item, go }: ItemPartProps) {
  const analysis = useAnalysis(name);
  const ready = hasResults(analysis.info);
  const dataset = useRead("datasets.get", { name });
  const found = useRead(
    "analysis.neighbours",
    { dataset: name, key: item.key, limit: SHOWN, ...(question.model === null ? {} : { model: question.model }) },
    { enabled: ready },
  );
  const classes = useClasses(dataset.data ?? NO_DATASET);
  if (!ready)
    return (
      <p className="quiet">
        <button type="button" className="link" onClick={() => { go({ view: "map" }); }}>
          Analyse the dataset
        </button>{" "}
        to see items like this one.
      </p>
    );
  if (!found.data) return found.error ? <p className="quiet">{found.error.message}</p> : <Loading what="Looking for items like this one…" />;
  if (found.data.length === 0) return <p className="quiet">It could not be read, or came after the last analysis.</p>;
  return (
    <div className="neighbours">
      <div className="neighbour-strip">
        {found.data.map(({ item: other, score }) => (
          <button key={other.key} type="button" className="neighbour" title={`${other.key}, ${Math.round(100 * score)} % alike`} onClick={() => { go({ item: other.key }); }}>
            <Card name={name} item={other} size={68} classes={classes} />
          </button>
        ))}
      </div>
      <Button small icon="search" onClick={() => { go({ view: "similar", of: seedsText([item.key]), item: undefined }); }}>
        Find more like this
      </Button>
    </div>
  );
}

const NO_DATASET = { classes: [], definition: {} } as unknown as Parameters<typeof useClasses>[0];
