import type { BulkProps } from "@/features/datasets/props";
import { SendForm } from "./SendForm";

/** Send the selected items to people. */
export function SendToPeople({ dataset, question, target, done, close }: BulkProps) {
  return <SendForm dataset={dataset} target={"where" in target && !target.where ? { where: "key is not missing" } : target} model={question.model} done={done} close={close} />;
}
