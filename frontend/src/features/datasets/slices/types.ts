/** What the API tells of slices, sending and exports. */
import type { Schemas } from "@/api/client";

export type SliceInfo = Schemas["SliceInfo"];
export type SliceItem = Schemas["SliceItem"];
export type SliceAct = Schemas["SliceAct"];
export type SendPlan = Schemas["SendPlan"];
export type SendInfo = Schemas["SendInfo"];
export type ExportPlan = Schemas["ExportPlan"];
