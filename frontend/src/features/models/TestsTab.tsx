import { useState } from "react";

import type { ModelInfo, ModelTestInfo, TestResult } from "@/api/client";
import { useAct, useRead } from "@/api/queries";
import { percent } from "@/lib/format";
import { Button, ConfirmButton, Empty, ErrorNote, Icon, Loading } from "@/ui";

import { TestForm } from "./TestForm";
import { resultWords, testState } from "./words";

/** Tests × versions: what passes, what fails, and on how many items. */
export function TestsTab({ name, model, mayWrite }: { name: string; model: ModelInfo; mayWrite: boolean }) {
  const board = useRead("models.board", { name, limit: 5 }, { keep: true });
  const [editing, setEditing] = useState<ModelTestInfo | "new" | null>(null);
  const remove = useAct("models.remove_test");
  if (board.error) return <ErrorNote error={board.error} retry={() => void board.refetch()} />;
  if (!board.data) return <Loading what="Running the tests…" />;
  const { tests, versions, results } = board.data;
  const found = new Map(results.map((one) => [`${one.test} ${one.version}`, one]));
  return (
    <>
      <div className="models-bar">
        <span className="quiet">A version may go into production when it passes all required tests.</span>
        {mayWrite && <Button icon="plus" look="main" aria-expanded={editing === "new"} onClick={() => { setEditing(editing === "new" ? null : "new"); }}>Add a test</Button>}
      </div>
      {editing && <TestForm key={editing === "new" ? "" : editing.name} name={name} model={model} test={editing === "new" ? null : editing} onClose={() => { setEditing(null); }} />}
      {remove.error && <ErrorNote error={remove.error} />}
      {tests.length === 0 ? (
        !editing && (
          <div className="panel">
            <Empty title="No tests yet">
              <p>A test says what must never get worse: accuracy on the night pictures, recall of the rare class.</p>
              {mayWrite && <Button look="main" icon="plus" onClick={() => { setEditing("new"); }}>Add the first test</Button>}
            </Empty>
          </div>
        )
      ) : (
        <div className="panel table-wrap">
          <table className="table models-board">
            <thead>
              <tr>
                <th>Test</th>
                {versions.map((version) => (
                  <th key={version.number}>
                    Version {version.number}{version.promoted && " (in production)"}
                    <div className={board.data.needed > 0 && board.data.passed[String(version.number)] === board.data.needed ? "state good" : "quiet"}>
                      {board.data.needed > 0 ? `passes ${board.data.passed[String(version.number)] ?? 0} of ${board.data.needed} required` : "no required tests"}
                    </div>
                  </th>
                ))}
                {mayWrite && <th />}
              </tr>
            </thead>
            <tbody>
              {tests.map((test) => (
                <tr key={test.name}>
                  <td>
                    <strong><bdi>{test.name}</bdi></strong> {!test.required && <span className="tag">optional</span>}
                    <div className="quiet models-line"><bdi>{test.words}</bdi></div>
                  </td>
                  {versions.map((version) => <td key={version.number}><Outcome result={found.get(`${test.name} ${version.number}`)} /></td>)}
                  {mayWrite && (
                    <td className="models-row-acts">
                      <Button small look="plain" onClick={() => { setEditing(test); }}>Change</Button>
                      <ConfirmButton small look="plain" question={`Remove ${test.name}?`} verb="Remove it" onConfirm={() => { remove.mutate({ name, test: test.name }); }}>Remove</ConfirmButton>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {tests.length > 0 && versions.length === 0 && <p className="quiet">There is no version to test yet.</p>}
    </>
  );
}

/** What one test says of one version. */
export function Outcome({ result }: { result: TestResult | undefined }) {
  if (!result) return <span className="faint">—</span>;
  const { word, tone } = testState(result.state);
  return (
    <div>
      <span className={`state ${tone}`}>
        <Icon name={tone === "good" ? "check" : tone === "bad" ? "cross" : "alert"} size={14} />
        {word}
        {result.value.value != null && <strong>{percent(result.value.value)}</strong>}
      </span>
      <div className="faint models-line">{result.problem || resultWords(result)}</div>
    </div>
  );
}
