/**
 * What a dataset's page can show. A new view, act or part is one line here and a component of its own in a folder of
 * this feature; each is loaded when it is first opened.
 */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

import { GridView } from "./grid/GridView"; // what the page opens with: not worth another request
import type { BulkProps, ItemPartProps, ViewProps } from "./props";

/** A tab of the page. */
export interface DatasetView {
  id: string;
  label: string;
  component: LazyExoticComponent<ComponentType<ViewProps>>;
  /** Whether it takes the whole width: it is not about the items that match, so neither fields nor selection stand there. */
  whole?: boolean;
}

/** A button of the bar below a selection; its component opens above the bar. */
export interface BulkAct {
  id: string;
  label: string;
  component: LazyExoticComponent<ComponentType<BulkProps>>;
}

/** A part of an item's side panel, below its label. */
export interface ItemPart {
  id: string;
  label: string;
  component: LazyExoticComponent<ComponentType<ItemPartProps>>;
}

export const VIEWS: readonly DatasetView[] = [
  { id: "grid", label: "Grid", component: lazy(() => Promise.resolve({ default: GridView })) },
  { id: "table", label: "Table", component: lazy(() => import("./table/TableView").then(({ TableView }) => ({ default: TableView }))) },
  { id: "metrics", label: "Metrics", component: lazy(() => import("./metrics/MetricsView").then(({ MetricsView }) => ({ default: MetricsView }))) },
  { id: "map", label: "Map", component: lazy(() => import("./analysis/MapView").then(({ MapView }) => ({ default: MapView }))) },
  { id: "issues", label: "Issues", component: lazy(() => import("./analysis/IssuesView").then(({ IssuesView }) => ({ default: IssuesView }))) },
  { id: "similar", label: "Find similar", component: lazy(() => import("./analysis/SimilarView").then(({ SimilarView }) => ({ default: SimilarView }))) },
  { id: "slices", label: "Slices", whole: true, component: lazy(() => import("./slices/SlicesView").then(({ SlicesView }) => ({ default: SlicesView }))) },
  { id: "versions", label: "Versions", whole: true, component: lazy(() => import("./versions/VersionsView").then(({ VersionsView }) => ({ default: VersionsView }))) },
  { id: "train", label: "Train", whole: true, component: lazy(() => import("./train/TrainView").then(({ TrainView }) => ({ default: TrainView }))) },
];

export const BULK_ACTS: readonly BulkAct[] = [
  { id: "slice", label: "Make a slice…", component: lazy(() => import("./slices/MakeSlice").then(({ MakeSlice }) => ({ default: MakeSlice }))) },
  { id: "similar", label: "Find more like these", component: lazy(() => import("./analysis/FindMore").then(({ FindMore }) => ({ default: FindMore }))) },
  { id: "explain", label: "What is special?", component: lazy(() => import("./analysis/Explain").then(({ ExplainAct }) => ({ default: ExplainAct }))) },
  { id: "send", label: "Send to people…", component: lazy(() => import("./slices/SendToPeople").then(({ SendToPeople }) => ({ default: SendToPeople }))) },
  { id: "export", label: "Export…", component: lazy(() => import("./slices/ExportItems").then(({ ExportItems }) => ({ default: ExportItems }))) },
];

export const ITEM_PARTS: readonly ItemPart[] = [
  { id: "neighbours", label: "Most alike", component: lazy(() => import("./analysis/Neighbours").then(({ Neighbours }) => ({ default: Neighbours }))) },
  { id: "slices", label: "Slices", component: lazy(() => import("./slices/ItemSlices").then(({ ItemSlices }) => ({ default: ItemSlices }))) },
];
