import { Link } from "@tanstack/react-router";

import { useRead } from "@/api/queries";
import { startedWords, trainingOf, useTraining } from "@/api/training";
import type { ViewProps } from "@/features/datasets/props";
import { useNow } from "@/lib/clock";
import { count, counted, duration } from "@/lib/format";
import { Button, ErrorNote, Interval, State, When } from "@/ui";

import "./train.css";

/** Train on this dataset without code: one button, how far it is, and how good the model is. */
export function TrainView({ name, dataset, question, go }: ViewProps) {
  const training = useTraining(name, trainingOf(name));
  const models = useRead("models.list", { limit: 200, recent: 1 });
  const own = models.data?.items.filter((model) => model.dataset === name) ?? [];
  const { running, last, started } = training;
  const now = useNow();
  // The same description of the items serves the analysis: what only describes may be for either.
  const describes = running !== undefined && training.at === 0;
  const untrainable = dataset.untrainable ?? "";
  const few = !untrainable && (dataset.labeled ?? 0) < 2;
  return (
    <div className="train-view">
      <section className="panel train-card" aria-label="Train">
        <p>
          Learns the classes from the {counted(dataset.labeled ?? 0, "labeled item")}, and is judged by items that it did not learn from. There is nothing to set.
        </p>
        <div className="train-acts">
          <Button look="main" icon="play" disabled={training.isStarting || running !== undefined || few || untrainable !== "" || question.at !== null} onClick={training.start}>
            {training.isStarting ? "Saving the data…" : "Train a model"}
          </Button>
          {running && <Button icon="stop" onClick={training.stop}>{describes ? "Stop describing the items" : "Stop the training"}</Button>}
          {describes && <span className="quiet">The items are being prepared; training can start when that is done.</span>}
          {running && !describes && <span className="quiet">{training.waiting > 0 ? "The data changed meanwhile: another training begins by itself when this one is done." : "The next training can start when this one is done."}</span>}
          {untrainable && <span className="state need">{untrainable}</span>}
          {few && <span className="state need">Label items of at least two classes first.</span>}
          {question.at !== null && <span className="quiet">Training is on the data as it is now.</span>}
        </div>
        <div role="status">
          {running && (
            <Link to="/runs/$run" params={{ run: running.id }} className="train-run">
              <State state={running.state} word={running.total > 1 ? `${training.stage}: ${count(running.run + running.reused)} of ${count(running.total)}` : `${training.stage}…`} /> <span className="faint">for {duration(Math.max(0, now - (running.started_ms ?? running.created_ms)))}</span>
            </Link>
          )}
          {!running && last && (
            <Link to="/runs/$run" params={{ run: last.id }} className="train-run">
              <State state={last.state} word={last.state === "failed" ? `The last training failed: ${last.reason}` : "The last training is done"} />{last.ended_ms != null && <span className="faint"> · <When ms={last.ended_ms} /></span>}
            </Link>
          )}
          {started && <p className="quiet">{startedWords(started)}</p>}
        </div>
        {training.error && <ErrorNote error={training.error} />}
      </section>
      {own.length > 0 && (
        <ul className="panel rows" aria-label="Models that this dataset judges">
          {own.map((model) => (
            <li key={model.name} className="train-model">
              <Link className="row" to="/models/$model" params={{ model: model.name }}>
                <bdi className="words">{model.name}</bdi>
                {model.recent[0] ? <span><Interval of={model.recent[0].accuracy} /> right <small className="faint">of {count(model.recent[0].accuracy.n)}</small></span> : <span className="faint">no version yet</span>}
                <span className="faint">{counted(model.versions, "version")}</span>
              </Link>
              {model.versions > 0 && (
                <Button small onClick={() => { go({ view: "metrics", model: model.name, where: undefined }); }} title="How often it is right, and what it takes for what">
                  See where it is wrong
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
