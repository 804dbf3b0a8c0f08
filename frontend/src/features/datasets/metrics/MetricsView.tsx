import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";

import { useRead } from "@/api/queries";
import { Matrix } from "@/canvas/Matrix";
import { count, counted, percent } from "@/lib/format";
import { Button, Empty, ErrorNote, Interval, IntervalBar, Loading, Section } from "@/ui";

import { withExactly } from "@/features/datasets/chips";
import { useClasses } from "@/features/datasets/classes";
import { usePageState } from "@/features/datasets/pageState";
import { asked } from "@/features/datasets/place";
import type { ClassMetrics, MetricsInfo } from "@/features/datasets/types";
import type { ViewProps } from "@/features/datasets/props";

/** How good the model is on the matching items. Every number leads to its items. */
export function MetricsView(props: ViewProps) {
  const { dataset, question, setQuestion, go } = props;
  if (question.model === null)
    return (
      <Empty title={dataset.models.length > 0 ? "Whose predictions?" : "No model has looked at these items yet."}>
        {dataset.models.length > 0 ? (
          <div className="chips">
            {dataset.models.map((model) => (
              <button key={model} type="button" className="chip" onClick={() => { setQuestion({ model }); }}>
                {model}
              </button>
            ))}
          </div>
        ) : (
          <>
            <p>Train one here, or add one under Models and upload its predictions. Then its accuracy, per class, with what it confuses, stands here.</p>
            <div className="chips">
              <Button look="main" onClick={() => { go({ view: "train" }); }}>Train a model</Button>
              <Link to="/models" className="button">Go to Models</Link>
            </div>
          </>
        )}
      </Empty>
    );
  return <Measured {...props} model={question.model} />;
}

function Measured({ name, dataset, question, go, model }: ViewProps & { model: string }) {
  const { search } = usePageState();
  const classes = useClasses(dataset);
  const [threshold, setThreshold] = useThreshold(search.threshold ?? 0, (value) => { go({ threshold: value || undefined }, { replace: true }); });
  const found = useRead("datasets.metrics", { name, ...asked(question), model, threshold: search.threshold ?? 0 }, { keep: true });
  if (found.error) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  const metrics = found.data;
  if (!metrics) return <Loading what="Measuring…" />;
  const open = (wanted: Readonly<Record<string, string>>): void => {
    const base = withExactly(question.where, wanted);
    go({ view: "grid", where: (search.threshold ?? 0) > 0 && !base.includes("confidence") ? `${base}${base ? " and " : ""}confidence >= ${search.threshold}` : base, sort: "prediction" in wanted ? "-confidence" : undefined });
  };
  return (
    <div className={`metrics${found.isPlaceholderData ? " waiting" : ""}`}>
      <div className="metrics-head">
        <div className="metric">
          <span className="name">Accuracy</span>
          <Interval of={metrics.accuracy} large />
          <IntervalBar of={metrics.accuracy} />
          <span className="faint">of {counted(metrics.n, "item")}</span>
        </div>
        <div className="metric">
          <span className="name" title="The mean over classes: a rare class counts as much as a common one">Balanced over classes (macro F1)</span>
          <Interval of={metrics.macro_f1} large />
          <IntervalBar of={metrics.macro_f1} />
          <span className="faint">precision {share(metrics.macro_precision.value)}, recall {share(metrics.macro_recall.value)}</span>
        </div>
        <div className="metric">
          <span className="name">Answered</span>
          <Interval of={metrics.coverage} large />
          <IntervalBar of={metrics.coverage} colour="var(--data-1)" />
          <span className="faint">{metrics.below_threshold > 0 ? `${count(metrics.below_threshold)} below the threshold` : "all predictions count"}</span>
        </div>
        <label className="threshold">
          <span className="name">
            Count a prediction from <strong>{percent(threshold, 0)}</strong> sure
          </span>
          <input type="range" min={0} max={0.99} step={0.01} value={threshold} aria-valuetext={percent(threshold, 0)} onChange={(event) => { setThreshold(Number(event.target.value)); }} />
          <span className="faint">less sure ones count as no answer</span>
        </label>
      </div>
      <p className="quiet metrics-of">
        Measured on {count(metrics.n)} of {counted(metrics.matching, "matching item")}
        {metrics.unlabeled > 0 && `; ${count(metrics.unlabeled)} have no label yet`}
        {metrics.unpredicted > 0 && `; ${count(metrics.unpredicted)} have no prediction`}. ± or ( ) is the 95 % interval.
      </p>
      {metrics.n === 0 ? (
        <Empty title="There is nothing to measure.">
          <p>No matching item has both a label and a prediction this sure. Take a chip out, or lower the threshold.</p>
        </Empty>
      ) : (
        <div className="metrics-parts">
          <Section title="What is taken for what" aside="click a cell to see its items">
            <Matrix
              labels={orderedLabels(metrics, classes.names)}
              cells={metrics.cells.map((cell) => ({ truth: cell.true, predicted: cell.predicted, count: cell.count }))}
              colourOf={classes.colour}
              onOpen={(truth, predicted) => { open({ ...(truth === null ? {} : { label: truth }), ...(predicted === null ? {} : { prediction: predicted }) }); }}
            />
          </Section>
          <Section title="Class by class" aside={counted(metrics.classes.length, "class", "classes")}>
            <ClassTable metrics={metrics} colour={classes.colour} onOpen={(label) => { open({ label }); }} />
          </Section>
        </div>
      )}
    </div>
  );
}

function share(value: number | null | undefined): string {
  return value == null ? "—" : percent(value);
}

/** Move at once, ask a little later. */
function useThreshold(value: number, tell: (value: number) => void): [number, (value: number) => void] {
  const [moved, setMoved] = useState<number | null>(null);
  useEffect(() => {
    if (moved === null) return;
    const timer = setTimeout(() => {
      tell(moved);
      setMoved(null);
    }, 120);
    return () => { clearTimeout(timer); };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [moved]);
  return [moved ?? value, setMoved];
}

function orderedLabels(metrics: MetricsInfo, names: readonly string[]): string[] {
  const used = new Set(metrics.cells.flatMap((cell) => [cell.true, cell.predicted]));
  return [...names.filter((name) => used.has(name)), ...[...used].filter((name) => !names.includes(name)).sort()];
}

type By = "label" | "support" | "precision" | "recall" | "f1";
const HEADS: readonly (readonly [By, string, string])[] = [
  ["label", "Class", "The class of the label"],
  ["support", "Items", "How many items truly are of it"],
  ["precision", "Precision", "Of what the model calls so, how much is"],
  ["recall", "Recall", "Of what is so, how much the model finds"],
  ["f1", "F1", "Precision and recall in one number"],
];

function ClassTable({ metrics, colour, onOpen }: { metrics: MetricsInfo; colour: (label: string) => string; onOpen: (label: string) => void }) {
  const [by, setBy] = useState<{ column: By; up: boolean }>({ column: "f1", up: true });
  const rows = useMemo(() => {
    const value = (one: ClassMetrics): number => (by.column === "support" ? one.support : by.column === "label" ? 0 : (one[by.column].value ?? -1));
    const found = [...metrics.classes].sort((a, b) => (by.column === "label" ? a.label.localeCompare(b.label, "en", { numeric: true }) : value(a) - value(b)));
    return by.up ? found : found.reverse();
  }, [metrics.classes, by]);
  const [most, setMost] = useState(100);
  return (
    <div className="panel table-wrap">
      <table className="table class-table">
        <thead>
          <tr>
            {HEADS.map(([column, word, about]) => (
              <th key={column} className={column === "label" ? "" : "num"} aria-sort={by.column === column ? (by.up ? "ascending" : "descending") : "none"}>
                <button type="button" className="sort" title={about} onClick={() => { setBy({ column, up: by.column === column ? !by.up : column !== "support" }); }}>
                  {word}
                  {by.column === column && (by.up ? " ↑" : " ↓")}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, most).map((one) => (
            <tr key={one.label} className="go" onClick={() => { onOpen(one.label); }}>
              <td>
                <button type="button" className="link" onClick={(event) => { event.stopPropagation(); onOpen(one.label); }}>
                  <span className="dot" style={{ background: colour(one.label) }} /> <bdi>{one.label}</bdi>
                </button>
              </td>
              <td className="num">{count(one.support)}</td>
              <td className="num"><Interval of={one.precision} /></td>
              <td className="num"><Interval of={one.recall} /></td>
              <td className="num">
                <Interval of={one.f1} />
                <IntervalBar of={one.f1} colour={colour(one.label)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most && (
        <button type="button" className="button small" onClick={() => { setMost(most + 400); }}>
          Show {count(Math.min(400, rows.length - most))} more
        </button>
      )}
    </div>
  );
}
