import { useRead } from "@/api/queries";
import { ErrorNote } from "@/ui";

import { asked } from "@/features/datasets/place";
import type { ItemPartProps } from "@/features/datasets/props";

/** The slices that an item is in. */
export function ItemSlices({ name, question, item, go }: ItemPartProps) {
  const { model, at } = asked(question);
  const found = useRead("datasets.item", { name, key: item.key, ...(model ? { model } : {}), ...(at ? { at } : {}) });
  if (found.error) return <ErrorNote error={found.error} />;
  const slices = found.data?.slices ?? [];
  if (slices.length === 0) return <p className="faint">It is in no slice.</p>;
  return (
    <div className="chips">
      {slices.map((slice) => (
        <button key={slice} type="button" className="chip" onClick={() => { go({ view: "slices", of: slice, item: undefined }); }}>
          <bdi>{slice}</bdi>
        </button>
      ))}
    </div>
  );
}
