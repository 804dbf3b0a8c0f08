import { Link } from "@tanstack/react-router";

import type { ModelInfo } from "@/api/client";
import { startedWords, trainingOf, useTraining } from "@/api/training";
import { parseReference } from "@/lib/names";
import { Button, ErrorNote, State } from "@/ui";

/** Make the next version: by Tilth's own training, or by the pipeline that the model follows. */
export function TrainButton({ name, model }: { name: string; model: ModelInfo }) {
  const follows = parseReference(model.follows).repo;
  const own = follows === `${model.dataset}-train`;
  const training = useTraining(name, own ? trainingOf(model.dataset) : [{ name: follows, stage: "Making the next version" }]);
  const { running } = training;
  return (
    <div className="models-train" role="status">
      {running ? (
        <>
          <Link to="/runs/$run" params={{ run: running.id }}><State state={running.state} word={`${training.stage}…`} /></Link>
          <Button small icon="stop" onClick={training.stop}>Stop</Button>
        </>
      ) : (
        <Button icon="rerun" look={own ? "main" : "plain"} disabled={training.isStarting} onClick={training.start}>{training.isStarting ? "Starting…" : "Train again"}</Button>
      )}
      {training.started && <div className="quiet models-line">{startedWords(training.started)}</div>}
      {training.error && <ErrorNote error={training.error} />}
    </div>
  );
}
