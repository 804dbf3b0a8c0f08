import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { type ApiError, type CommitInfo, type JobInfo, call } from "@/api/client";
import { useNews } from "@/api/live";
import { useRead } from "@/api/queries";
import { authorName, counted, plain } from "@/lib/format";
import { recentChanges } from "@/lib/recent";
import { ErrorNote, Icon, Loading, State, When } from "@/ui";

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
      {!run.output && <Asked run={run} />}
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

/** For a run without a version: what began the change that it belongs to, as far as the news still tell. */
function Asked({ run }: { run: JobInfo }) {
  const news = useNews();
  const change = recentChanges(news.data?.filter((event) => event.change === run.change) ?? [])[0];
  return (
    <>
      {change?.heads.map((head) => (
        <p key={head.repo}>
          {head.commit ? (
            <Link to="/lineage" search={{ of: `${plain(head.repo)}@${head.commit}` }}>
              {plain(head.repo)}
            </Link>
          ) : (
            plain(head.repo)
          )}{" "}
          got a new version <span className="quiet">· {authorName(head.author)}</span>
        </p>
      ))}
      {change?.others.some((other) => other.kind === "pipeline.changed" && plain(other.name) === plain(run.pipeline)) && (
        <p>The pipeline was made, changed, or asked to run again.</p>
      )}
      {run.state === "unchanged" ? (
        <p className="quiet">What this pipeline reads came out the same, so nothing new was made.</p>
      ) : (
        !change && <p className="quiet">The change that began it is older than the news that are kept (seven days).</p>
      )}
    </>
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
        {commit.data && <> · {commit.data.author.startsWith("pipeline ") ? "made by a run" : plain(commit.data.author)}, <When ms={commit.data.at_ms} /></>}
      </span>
    </>
  );
}
