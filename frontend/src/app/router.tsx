import { Link, Navigate, createRootRoute, createRoute, createRouter, lazyRouteComponent, useRouterState } from "@tanstack/react-router";

import { useRead } from "@/api/queries";
import { type DataSearch, dataSearch } from "@/features/data/place";
import { type DatasetSearch, datasetSearch } from "@/features/datasets/place";
import { type CompareSearch, type ModelSearch, compareSearch, modelSearch } from "@/features/models/place";
import { type TrailSearch, trailSearch } from "@/features/settings/trail";
import { type LabelingSearch, labelingSearch } from "@/features/labeling/place";
import { Empty, ErrorNote, Page } from "@/ui";

import { LabelFrame, OnlyLabeling } from "./LabelFrame";
import { Alone } from "./Alone";
import { Shell } from "./Shell";

/** The label page stands alone, for those who run the work too: they see what labelers see. */
function Frame() {
  // What is shown, not where one is going: a frame must not hold the page that is being left.
  const path = useRouterState({ select: ({ matches }) => matches.at(-1)?.pathname ?? "" });
  const me = useRead("access.me", {});
  if (path === "/label" || path.startsWith("/label/")) return <LabelFrame />;
  if (path === "/report" && me.data?.role !== "labeler") return <Alone />;
  if (me.data?.role !== "labeler") return <Shell />;
  return path === "/" ? <Navigate to="/label" replace /> : <OnlyLabeling />;
}

const root = createRootRoute({
  component: Frame,
  notFoundComponent: () => (
    <Page title="There is no such page">
      <Empty title="The address leads nowhere.">
        <p>
          It may be mistyped. <Link to="/">Go to Home</Link>, or press Ctrl K to find what you look for.
        </p>
      </Empty>
    </Page>
  ),
  errorComponent: ({ error, reset }) => (
    <Page title="This page broke">
      <ErrorNote error={{ message: error instanceof Error ? error.message : String(error), help: "Nothing was lost. Try again, or go to another page." }} retry={reset} />
    </Page>
  ),
});

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/home/HomePage"), "HomePage"),
});
const data = createRoute({
  getParentRoute: () => root,
  path: "/data",
  component: lazyRouteComponent(() => import("@/features/data/ReposPage"), "ReposPage"),
});
const dataRepo = createRoute({
  getParentRoute: () => root,
  path: "/data/$repo",
  validateSearch: (search: Record<string, unknown>): DataSearch => dataSearch(search),
  component: lazyRouteComponent(() => import("@/features/data/RepoPage"), "RepoPage"),
});
const pipelines = createRoute({
  getParentRoute: () => root,
  path: "/pipelines",
  component: lazyRouteComponent(() => import("@/features/pipelines/PipelinesPage"), "PipelinesPage"),
});
const pipelineNew = createRoute({
  getParentRoute: () => root,
  path: "/new-pipeline",
  component: lazyRouteComponent(() => import("@/features/pipelines/NewPipelinePage"), "NewPipelinePage"),
});
const pipeline = createRoute({
  getParentRoute: () => root,
  path: "/pipelines/$name",
  component: lazyRouteComponent(() => import("@/features/pipelines/PipelinePage"), "PipelinePage"),
});
const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$run",
  validateSearch: (search: Record<string, unknown>): { state?: string; item?: string } => {
    const state = text(search["state"]);
    const item = text(search["item"]);
    return { ...(state ? { state } : {}), ...(item ? { item } : {}) };
  },
  component: lazyRouteComponent(() => import("@/features/pipelines/RunPage"), "RunPage"),
});
const report = createRoute({
  getParentRoute: () => root,
  path: "/report",
  validateSearch: (search: Record<string, unknown>): { of?: string; dataset?: string; item?: string } => {
    const found: { of?: string; dataset?: string; item?: string } = {};
    for (const name of ["of", "dataset", "item"] as const) {
      const value = text(search[name]);
      if (value) found[name] = value;
    }
    return found;
  },
  component: lazyRouteComponent(() => import("@/features/lineage/ReportPage"), "ReportPage"),
});
const lineage = createRoute({
  getParentRoute: () => root,
  path: "/lineage",
  validateSearch: (search: Record<string, unknown>): { of?: string; dataset?: string; item?: string } => {
    const found: { of?: string; dataset?: string; item?: string } = {};
    for (const name of ["of", "dataset", "item"] as const) {
      const value = text(search[name]);
      if (value) found[name] = value;
    }
    return found;
  },
  component: lazyRouteComponent(() => import("@/features/lineage/LineagePage"), "LineagePage"),
});
const labeling = createRoute({
  getParentRoute: () => root,
  path: "/labeling",
  component: lazyRouteComponent(() => import("@/features/labeling/LabelingPage"), "LabelingPage"),
});
const labelingNew = createRoute({
  getParentRoute: () => root,
  path: "/new-labeling",
  validateSearch: (search: Record<string, unknown>): { repo?: string } => {
    const repo = text(search["repo"]);
    return repo ? { repo } : {};
  },
  component: lazyRouteComponent(() => import("@/features/labeling/making/NewLabelingPage"), "NewLabelingPage"),
});
const labelingOne = createRoute({
  getParentRoute: () => root,
  path: "/labeling/$pipeline",
  validateSearch: (search: Record<string, unknown>): LabelingSearch => labelingSearch(search),
  component: lazyRouteComponent(() => import("@/features/labeling/LabelingProjectPage"), "LabelingProjectPage"),
});
const datasets = createRoute({
  getParentRoute: () => root,
  path: "/datasets",
  validateSearch: (search: Record<string, unknown>): { make?: string } => {
    const make = text(search["make"]);
    return make ? { make } : {};
  },
  component: lazyRouteComponent(() => import("@/features/datasets/DatasetsPage"), "DatasetsPage"),
});
const dataset = createRoute({
  getParentRoute: () => root,
  path: "/datasets/$name",
  validateSearch: (search: Record<string, unknown>): DatasetSearch => datasetSearch(search),
  component: lazyRouteComponent(() => import("@/features/datasets/DatasetPage"), "DatasetPage"),
});

const models = createRoute({
  getParentRoute: () => root,
  path: "/models",
  component: lazyRouteComponent(() => import("@/features/models/ModelsPage"), "ModelsPage"),
});
const modelsCompare = createRoute({
  getParentRoute: () => root,
  path: "/models/compare",
  validateSearch: (search: Record<string, unknown>): CompareSearch => compareSearch(search),
  component: lazyRouteComponent(() => import("@/features/models/compare/ComparePage"), "ComparePage"),
});
const model = createRoute({
  getParentRoute: () => root,
  path: "/models/$model",
  validateSearch: (search: Record<string, unknown>): ModelSearch => modelSearch(search),
  component: lazyRouteComponent(() => import("@/features/models/ModelPage"), "ModelPage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
});
const settingsPart = createRoute({
  getParentRoute: () => root,
  path: "/settings/$part",
  validateSearch: (search: Record<string, unknown>): TrailSearch & { pipeline?: string } => {
    const pipeline = text(search["pipeline"]);
    return { ...trailSearch(search), ...(pipeline ? { pipeline } : {}) };
  },
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
});

const labelHome = createRoute({
  getParentRoute: () => root,
  path: "/label",
  component: lazyRouteComponent(() => import("@/features/label/LabelHome"), "LabelHome"),
});
const labelOne = createRoute({
  getParentRoute: () => root,
  path: "/label/$pipeline",
  validateSearch: (search: Record<string, unknown>): { practice?: number } => {
    const n = Number(search["practice"]);
    return Number.isInteger(n) && n > 0 && n <= 100 ? { practice: n } : {};
  },
  component: lazyRouteComponent(() => import("@/features/label/LabelPage"), "LabelPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, data, dataRepo, pipelines, pipelineNew, pipeline, run, lineage, report, labeling, labelingNew, labelingOne, datasets, dataset, models, modelsCompare, model, settings, settingsPart, labelHome, labelOne]),
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
