import type { Schemas } from "@/api/client";
import { MediaView } from "@/canvas/MediaView";

type ShownTask = Schemas["ShownTask"];

/** What a task shows to those who label it: its pictures, sounds and texts. */
export function Shown({ task, fit = "whole" }: { task: ShownTask; fit?: "tile" | "whole" }) {
  const name = task.key || "a known-answer task";
  return (
    <div className={`shown ${fit}`}>
      {Object.entries(task.data).map(([variable, value]) => {
        const type = task.media[variable];
        if (type) return <MediaView key={variable} media={{ kind: type.split("/")[0] ?? "none", reference: task.path || name }} name={name} address={String(value)} fit={fit} />;
        return <MediaView key={variable} media={{ kind: "text", text: typeof value === "string" ? value : JSON.stringify(value) }} name={name} address={null} fit={fit} />;
      })}
    </div>
  );
}
