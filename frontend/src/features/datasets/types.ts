/** What the API tells of datasets. */
export interface DatasetInfo {
  name: string;
  project: string;
  description: string;
  media: string;
  definition: Readonly<Record<string, unknown>>;
  head: string;
  items?: number | null;
  labeled?: number | null;
  classes: readonly string[];
  versions: number;
  models: readonly string[];
  analysis: string;
  unmatched?: Readonly<Record<string, number>>;
  problem?: string;
}
export interface ItemInfo {
  key: string;
  media: { kind: string; reference?: string | null; text?: string | null };
  label?: string | null;
  given_label?: string | null;
  label_confidence?: number | null;
  labeled_by: string;
  prediction?: string | null;
  confidence?: number | null;
  correct?: boolean | null;
  mark?: string | null;
  fields: Readonly<Record<string, unknown>>;
}
