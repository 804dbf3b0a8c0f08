/** What a link to a labeling project may say. */
export const TABS = ["overview", "review", "people", "methods", "import"] as const;
export type Tab = (typeof TABS)[number];
export const SORTS = ["known", "agreement", "seconds", "answers", "rejected", "skipped", "earned", "state", "last", "worker"] as const;
export type Sort = (typeof SORTS)[number];

export interface LabelingSearch {
  tab?: Tab;
  review?: string;
  worker?: string;
  only?: string;
  sort?: Sort;
  down?: true;
  method?: string;
}

/** Keep of an address what such a link may say. */
export function labelingSearch(search: Readonly<Record<string, unknown>>): LabelingSearch {
  const text = (name: string): string | undefined => {
    const value = search[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const tab = TABS.find((each) => each === search["tab"]);
  const sort = SORTS.find((each) => each === search["sort"]);
  const review = text("review");
  const worker = text("worker");
  const only = text("only");
  const method = text("method");
  return {
    ...(tab && tab !== "overview" ? { tab } : {}),
    ...(review ? { review } : {}),
    ...(worker ? { worker } : {}),
    ...(only ? { only } : {}),
    ...(sort ? { sort } : {}),
    ...(search["down"] === true ? { down: true as const } : {}),
    ...(method ? { method } : {}),
  };
}
