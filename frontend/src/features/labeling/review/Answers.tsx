import type { Schemas } from "@/api/client";
import { duration } from "@/lib/format";

import { told } from "@/features/labeling/choices";

type GivenAnswer = Schemas["GivenAnswer"];

/** Who said what about an item, people by opaque id. */
export function Answers({ answers, held, pick, picked }: { answers: readonly GivenAnswer[]; held: unknown; pick?: (answer: GivenAnswer) => void; picked?: string }) {
  if (answers.length === 0) return <p className="quiet">Nobody has answered it.</p>;
  return (
    <ul className="answers" aria-label="Answers">
      {answers.map((answer) => (
        <li key={answer.answer} className={answer.state === "rejected" ? "rejected" : ""}>
          <span className={`said${answer.label !== null && answer.label !== held ? " other" : ""}`}>
            <bdi>{answer.unsure && answer.label === null ? "unsure" : told(answer.label ?? answer.result)}</bdi>
          </span>
          <span className="mono faint">{answer.worker}</span>
          <span className="faint">
            {answer.imported ? "imported" : duration(answer.seconds * 1000)}
            {answer.unsure && answer.label !== null && " · unsure"}
            {answer.state === "rejected" && " · rejected"}
          </span>
          {pick && answer.label === null && answer.result.length > 0 && (
            <button type="button" className="button small" aria-pressed={picked === answer.answer} onClick={() => { pick(answer); }}>Show it</button>
          )}
        </li>
      ))}
    </ul>
  );
}
