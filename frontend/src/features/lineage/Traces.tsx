import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { Lineage } from "@/api/client";
import { counted, plain } from "@/lib/format";
import { Button, Id, Section } from "@/ui";

const FIRST = 12;

/** For one file: the item that wrote it, what that read, and the labels and people below it. */
export function Traces({ lineage }: { lineage: Lineage }) {
  const [all, setAll] = useState(false);
  const datums = lineage.datums;
  const labels = lineage.labels;
  return (
    <>
      {datums.length > 0 && (
        <Section title="How this file was made" aside={counted(datums.length, "step")}>
          <div className="panel table-wrap">
            <table className="table">
              <thead>
                <tr><th>File</th><th>Written by</th><th>Read</th><th>Run</th></tr>
              </thead>
              <tbody>
                {datums.map((datum) => (
                  <tr key={`${datum.commit}:${datum.path}`}>
                    <td>
                      <Link to="/lineage" search={{ of: `${datum.pipeline}@${datum.commit}:${datum.path}` }}>{datum.path}</Link>
                    </td>
                    <td>
                      <Link to="/pipelines/$name" params={{ name: plain(datum.pipeline) }}>{plain(datum.pipeline)}</Link>{" "}
                      <span className="faint mono">code {datum.recipe.slice(0, 8)}</span>
                    </td>
                    <td>
                      {datum.inputs.slice(0, 4).map((input) => <Input key={input} input={input} />)}
                      {datum.inputs.length > 4 && <div className="faint">and {datum.inputs.length - 4} more</div>}
                    </td>
                    <td>{datum.job && <Link to="/runs/$run" params={{ run: datum.job }} className="mono">{datum.job.slice(0, 12)}</Link>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
      )}
      {labels.length > 0 && (
        <Section title="Labels below it, and who said so" aside={counted(labels.length, "label")}>
          <div className="panel table-wrap">
            <table className="table">
              <thead>
                <tr><th>Item</th><th>Label</th><th>Guidelines</th><th>People, each as a code</th></tr>
              </thead>
              <tbody>
                {(all ? labels : labels.slice(0, FIRST)).map((label) => (
                  <tr key={`${label.commit} ${label.key}`}>
                    <td>{label.key}</td>
                    <td><strong>{told(label.label)}</strong></td>
                    <td>version {label.guideline_version}</td>
                    <td className="trace-answers">
                      {label.answers.map((answer, index) => (
                        <span key={index} className={`tag${told(answer["label"]) === told(label.label) ? "" : " need"}`}>
                          <span className="mono">{String(answer["worker"] ?? "")}</span> said {told(answer["label"])}
                          {answer["state"] !== "accepted" && <> ({String(answer["state"])})</>}
                        </span>
                      ))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {!all && labels.length > FIRST && (
            <div><Button small look="plain" onClick={() => { setAll(true); }}>Show all {labels.length}</Button></div>
          )}
        </Section>
      )}
    </>
  );
}

function Input({ input }: { input: string }) {
  const [place = "", path = ""] = input.split(":", 2);
  const [repo = "", commit = ""] = place.split("@", 2);
  return (
    <div>
      <Link to="/lineage" search={{ of: path ? input.split("#")[0] ?? input : place }}>
        {plain(repo)}{path && ` / ${path}`}
      </Link>{" "}
      <Id id={commit} />
    </div>
  );
}

function told(label: unknown): string {
  return typeof label === "string" ? label : JSON.stringify(label);
}
