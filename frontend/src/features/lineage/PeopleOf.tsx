import { Link } from "@tanstack/react-router";

import type { CommitInfo } from "@/api/client";
import { useRead } from "@/api/queries";
import { count, guidelinesWords, money, plain } from "@/lib/format";
import { ErrorNote, Loading, Section, State } from "@/ui";

/** The people whose answers are in the labels upstream (the nearest version of each), and the guidelines they followed. */
export function PeopleOf({ commits }: { commits: readonly CommitInfo[] }) {
  const labeled = commits.filter((commit) => commit.derivation?.facts?.["guideline_version"] !== undefined);
  const nearest = labeled.filter((commit, index) => labeled.findIndex((other) => other.repo === commit.repo) === index);
  return nearest.map((commit) => <People key={commit.id} commit={commit} />);
}

function People({ commit }: { commit: CommitInfo }) {
  const repo = plain(commit.repo);
  const workers = useRead("datasets.rows", { reference: `${repo}@${commit.id}:workers`, limit: 1000 });
  const facts = commit.derivation?.facts ?? {};
  const number = (name: string): string => count(Number(facts[name] ?? 0));
  return (
    <Section
      title={<>People in <Link to="/lineage" search={{ of: `${repo}@${commit.id}` }}>{repo}</Link></>}
      aside={<>guidelines {guidelinesWords(String(facts["guideline_version"]))} · {number("answers")} answers, {number("rejected")} rejected · {money(Number(facts["spent"] ?? 0), facts["currency"] as string | undefined)} paid</>}
    >
      {workers.error ? (
        <ErrorNote error={workers.error} retry={() => void workers.refetch()} />
      ) : !workers.data ? (
        <Loading what="Reading who labeled…" />
      ) : (
        <div className="panel table-wrap">
          <table className="table">
            <thead>
              <tr><th>Person</th><th>State</th><th className="num">Answers</th><th className="num">Rejected</th><th className="num">Known answers right</th></tr>
            </thead>
            <tbody>
              {workers.data.items.map((row) => (
                <tr key={String(row["worker"])}>
                  <td className="mono">{String(row["worker"])}</td>
                  <td><State state={String(row["state"])} /> {row["reason"] ? <span className="quiet">{String(row["reason"])}</span> : null}</td>
                  <td className="num">{count(Number(row["answers"]))}</td>
                  <td className="num">{count(Number(row["rejected"]))}</td>
                  <td className="num">{count(Number(row["golden_right"]))} of {count(Number(row["golden_total"]))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
