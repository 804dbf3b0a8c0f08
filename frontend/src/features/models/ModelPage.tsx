import { Link, useParams, useSearch } from "@tanstack/react-router";

import { useMay } from "@/api/may";
import { useRead } from "@/api/queries";
import { counted } from "@/lib/format";
import { ErrorNote, Icon, Loading, Page } from "@/ui";

import "./models.css";
import { TABS, modelSearch } from "./place";
import { PromoteTab } from "./PromoteTab";
import { TrainButton } from "./TrainButton";
import { TestsTab } from "./TestsTab";
import { UploadTab } from "./UploadTab";
import { VersionsTab } from "./VersionsTab";

/** One model: its versions, tests, predictions, and what is in production. */
export function ModelPage() {
  const { model: name = "" } = useParams({ strict: false }) as { model?: string };
  const { tab = "versions" } = modelSearch(useSearch({ strict: false }) as Record<string, unknown>);
  const model = useRead("models.get", { name });
  const mayTrain = useMay("models.train");
  const mayTest = useMay("models.set_test");
  const mayUpload = useMay("models.upload");
  const mayPromote = useMay("models.promote");
  if (model.error) return <Page title={name}><ErrorNote error={model.error} retry={() => void model.refetch()} /></Page>;
  if (!model.data) return <Loading what={`Reading ${name}, and judging versions that are new…`} />;
  const found = model.data;
  return (
    <Page
      title={<bdi>{name}</bdi>}
      about={
        <>
          {found.description && <><bdi>{found.description}</bdi>{" "}</>}
          {counted(found.versions, "version")}, judged by the labels of{" "}
          <Link to="/datasets/$name" params={{ name: found.dataset }}><bdi>{found.dataset}</bdi></Link>
          {found.follows ? <>, made by <Link to="/lineage" search={{ of: found.follows.split(/[@:]/)[0] ?? name }} title="Where it came from: data, labels, people, code"><bdi>{found.follows.split(/[@:]/)[0]}</bdi></Link></> : ", from files that people upload"}
          {found.promoted ? <>. Version {found.promoted.number} is in production.</> : ". Nothing is in production yet."}
        </>
      }
      acts={
        <>
          {found.versions > 1 && (
            <Link className="button" to="/models/compare" search={{ first: `${name}@${found.versions - 1}`, second: `${name}@${found.versions}` }}>
              <Icon name="lineage" /> Compare the last two
            </Link>
          )}
          {found.follows && mayTrain && <TrainButton name={name} model={found} />}
        </>
      }
    >
      {found.problem && <ErrorNote error={{ message: found.problem }} />}
      <nav className="tabs" aria-label={`Parts of ${name}`}>
        {TABS.filter(([id]) => id !== "upload" || !found.follows).map(([id, word]) => (
          <Link key={id} to="/models/$model" params={{ model: name }} search={id === "versions" ? {} : { tab: id }} activeOptions={{ exact: true }}>
            {word}
          </Link>
        ))}
      </nav>
      {tab === "versions" && <VersionsTab name={name} model={found} />}
      {tab === "tests" && <TestsTab name={name} model={found} mayWrite={mayTest} />}
      {tab === "upload" && <UploadTab name={name} model={found} mayWrite={mayUpload} />}
      {tab === "promote" && <PromoteTab name={name} model={found} mayWrite={mayPromote} />}
    </Page>
  );
}
