import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { type ApiError, type CommitInfo, type JobInfo, call } from "@/api/client";
import { useRead } from "@/api/queries";
import { counted, plain, short } from "@/lib/format";
import { ErrorNote, Icon, Loading, State } from "@/ui";

import { type ChangedInput, changedInputs } from "./cause";

/** Why a run happened: which input was new since the version before, and what ran beside it. */
export function RunWhy({ run }: { run: JobInfo }) {
  const beside = useRead("jobs.list", { change: run.change, limit: 1000 });
  const cause = useQuery<{ made: CommitInfo; before: CommitInfo | null }, ApiError>({
    queryKey: ["commits.get", { cause: run.output }],
    queryFn: async ({ signal }) => {
      const name = plain(run.pipeline);
      const made = await call("commits.get", { reference: `${name}@${run.output ?? ""}` }, signal);
      const before = made.parents[0];
      return { made, before: before ? await call("commits.get", { reference: `${name}@${before}` }, signal) : null };
    },
    enabled: Boolean(run.output),
  });
  if (cause.error) return <ErrorNote error={cause.error} retry={() => void cause.refetch()} />;
  if (run.output && !cause.data) return <Loading what="Comparing its inputs…" />;
  const others = beside.data?.items.filter((job) => job.id !== run.id) ?? [];
  return (
    <div className="why">
      {cause.data && <Causes made={cause.data.made} before={cause.data.before} />}
      {!run.output && (
        <p className="quiet">
          {run.state === "unchanged"
            ? "Something upstream changed; what this pipeline reads came out the same, so nothing new was made."
            : "It was asked for by the change below and has made no version."}
        </p>
      )}
      {others.length > 0 && (
        <details>
          <summary className="quiet">
            {counted(others.length, "other run")} of the same change
          </summary>
          <ul className="chips" style={{ marginTop: 8 }}>
            {others.map((job) => (
              <li key={job.id}>
                <Link to="/runs/$run" params={{ run: job.id }} className="button small">
                  {plain(job.pipeline)} <State state={job.state} />
                </Link>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Causes({ made, before }: { made: CommitInfo; before: CommitInfo | null }) {
  const changed = changedInputs(made, before);
  if (before === null) return <p>It was the first run: all of its inputs were new.</p>;
  return (
    <ul className="why">
      {changed.recipe && (
        <li>
          <Icon name="code" size={14} /> Its code or parameters changed.
        </li>
      )}
      {changed.inputs.map((input) => (
        <li key={input.repo}>
          <NewInput input={input} />
        </li>
      ))}
      {!changed.recipe && changed.inputs.length === 0 && <li className="quiet">Nothing that it reads was new: someone ran it again.</li>}
    </ul>
  );
}

function NewInput({ input }: { input: ChangedInput }) {
  const repo = plain(input.repo);
  const commit = useRead("commits.get", { reference: `${repo}@${input.commit}` });
  const said = commit.data?.message;
  return (
    <>
      <Link to="/lineage" search={{ of: `${repo}@${input.commit}` }}>
        {repo}
      </Link>{" "}
      {input.before ? "has a new version" : "was read for the first time"}
      {said && <>: “{said}”</>}
      <span className="quiet">
        {commit.data && <> · {commit.data.author.startsWith("pipeline ") ? "made by a run" : commit.data.author}</>}
        {input.before && (
          <>
            {" "}
            · <span className="mono">{short(input.before)}</span> to <span className="mono">{short(input.commit)}</span>
          </>
        )}
      </span>
    </>
  );
}
