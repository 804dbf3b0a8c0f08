import { useMemo, useState } from "react";

import { ChoicesTask } from "@/canvas/ChoicesTask";
import { Editor } from "@/canvas/Editor";
import { type Choices, choicesOf } from "@/lib/choices";
import { useSettled } from "@/lib/settled";
import { ErrorNote, Loading } from "@/ui";

import { type Project, configOfProject, fieldsOf, problemsOf } from "./project";
import { type Example, useExample } from "./source";

const PAUSE_MS = 400;

/** One real item as a labeler will see it: large buttons for a choice, else the editor. */
export function PreviewPart({ project }: { project: Project }) {
  const fields = fieldsOf(project);
  const example = useExample(project.items, fields.item);
  const settled = useSettled(configOfProject(project), PAUSE_MS);
  const asked = useMemo(() => choicesOf(settled), [settled]);
  const [broken, setBroken] = useState<string | null>(null);
  const ready = problemsOf({ ...project, name: "x", known: null }).length === 0;
  return (
    <aside className="making-preview" aria-label="How a labeler sees it">
      <h2>How a labeler sees it</h2>
      {!ready ? (
        <p className="quiet">It appears here once the question has its classes.</p>
      ) : example.error ? (
        <ErrorNote error={example.error} retry={() => void example.refetch()} />
      ) : example.isPending ? (
        <Loading what="Reading an item…" />
      ) : example.data === null ? (
        <p className="quiet">No item matches yet.</p>
      ) : (
        <>
          {broken && <ErrorNote error={{ message: broken, help: "Change the question or its classes." }} />}
          {asked ? (
            <Buttons key={settled} asked={asked} example={example.data} />
          ) : (
            <Editor
              key={JSON.stringify(project.items)}
              id={`preview ${settled}`}
              config={settled}
              data={example.data.data}
              media={example.data.media}
              title="Preview of the task"
              onReady={() => { setBroken(null); }}
              onError={setBroken}
            />
          )}
          <p className="faint">This is a real item of {project.items.repo}. Try it; nothing is saved.</p>
        </>
      )}
    </aside>
  );
}

/** A choice, as on the label page. */
function Buttons({ asked, example }: { asked: Choices; example: Example }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  function choose(value: string): void {
    if (!asked.multiple) setChosen([value]);
    else setChosen(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]);
  }
  return <ChoicesTask asked={asked} data={{ ...example.data, ...example.media }} media={example.media} chosen={chosen} onChoose={choose} />;
}
