import { keysSaid } from "@/lib/choices";

import type { Project } from "./project";
import { TEMPLATES, classesOf } from "./templates";

interface Props {
  project: Project;
  /** What the repo holds. */
  shows: "image" | "audio" | "text" | "table" | null;
  set: (change: Partial<Project>) => void;
}

/** What people are asked: a kind of question, its words, its classes and the guidelines beside it. */
export function QuestionPart({ project, shows, set }: Props) {
  const { template } = project;
  const fits = TEMPLATES.filter((one) => {
    if (project.items.kind === "rows") return one.shows === "text" || one.shows === "pair";
    if (one.shows === "pair") return false;
    return shows === null || shows === "table" || one.shows === shows;
  });
  const { classes, problem } = classesOf(project.classes);
  return (
    <fieldset className="making-part">
      <legend>2. What shall people answer?</legend>
      <div className="making-gallery" role="radiogroup" aria-label="Kind of question">
        {fits.map((one) => (
          <label key={one.id} className="making-card">
            <input
              type="radio"
              name="template"
              checked={one.id === template.id}
              onChange={() => {
                set({
                  template: one,
                  question: project.question === template.question || !project.question ? one.question : project.question,
                  until: one.categorical ? project.until : null,
                });
              }}
            />
            <strong>{one.title}</strong>
            <span className="quiet">{one.says}</span>
          </label>
        ))}
      </div>
      <label>
        The question
        <input className="field" value={project.question} maxLength={300} dir="auto" onChange={(event) => { set({ question: event.target.value }); }} />
      </label>
      {template.classes && (
        <label>
          The classes <span className="faint">(one in each line; {keysSaid(classes)})</span>
          <textarea
            className="field"
            rows={Math.min(12, Math.max(4, classes.length + 1))}
            value={project.classes}
            dir="auto"
            spellCheck={false}
            placeholder={"robin\nwren\nneither"}
            onChange={(event) => { set({ classes: event.target.value }); }}
          />
          <span className={project.classes && problem ? "need" : "faint"}>{project.classes ? (problem ?? `${classes.length} classes`) : "A class for “none of these” helps people not to guess."}</span>
        </label>
      )}
      <label>
        Guidelines <span className="faint">(shown beside every item; a few lines with examples do more than a page)</span>
        <textarea
          className="field"
          rows={6}
          value={project.guidelines}
          dir="auto"
          maxLength={100_000}
          placeholder={"# What counts\nA robin has a red breast. If only its back is seen, answer what is more likely.\n\n- Two birds: answer the larger one."}
          onChange={(event) => { set({ guidelines: event.target.value }); }}
        />
      </label>
    </fieldset>
  );
}
