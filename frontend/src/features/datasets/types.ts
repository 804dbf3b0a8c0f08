/** What the API tells of datasets. */
import type { Result, Schemas } from "@/api/client";

export type DatasetInfo = Schemas["DatasetInfo"];
export type ItemInfo = Schemas["ItemInfo"];
export type ItemPage = Result<"datasets.items">;
export type CountInfo = Schemas["CountInfo"];
export type ColumnInfo = Schemas["ColumnInfo"];
export type HistogramInfo = Schemas["HistogramInfo"];
export type MetricsInfo = Schemas["MetricsInfo"];
export type ClassMetrics = Schemas["ClassMetrics"];
export type ActInfo = Schemas["ActInfo"];
export type ItemDetail = Schemas["ItemDetail"];
export type VersionInfo = Schemas["VersionInfo"];
