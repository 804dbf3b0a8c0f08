import { filterText } from "@/lib/filter";

import type { BulkProps } from "@/features/datasets/props";
import { ExportForm } from "./ExportForm";

/** Take the selected items away. */
export function ExportItems({ dataset, question, target, close }: BulkProps) {
  const where = "where" in target ? target.where : filterText({ kind: "in", column: "key", values: target.keys, not: false });
  return <ExportForm dataset={dataset} where={where} model={question.model} at={question.at} close={close} />;
}
