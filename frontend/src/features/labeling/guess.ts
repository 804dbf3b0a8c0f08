/** Which column of a table of answers is probably what. Pure. */
export interface Columns {
  item: string;
  answer: string;
  worker: string;
  seconds: string;
  per: number;
}

const SIGNS: Readonly<Record<"item" | "answer" | "worker" | "seconds", readonly RegExp[]>> = {
  item: [/^(item|image|file|filename|path|key)s?$/i, /image|file|path|item|media|task/i, /^id$|_id$/i],
  answer: [/^(label|answer|class|category|choice)$/i, /label|answer|class|choice|annotation|verdict/i],
  worker: [/^(worker|labeler|annotator|rater|user|who|person)(_?id)?$/i, /worker|annotator|labell?er|rater|user|person/i],
  seconds: [/second|duration|took|elapsed|time_spent|^time$/i],
};

/** Guess the columns by their names; empty where nothing fits. */
export function guessColumns(names: readonly string[]): Columns {
  const taken = new Set<string>();
  const find = (what: keyof typeof SIGNS): string => {
    for (const sign of SIGNS[what]) {
      const name = names.find((each) => !taken.has(each) && sign.test(each));
      if (name) {
        taken.add(name);
        return name;
      }
    }
    return "";
  };
  const worker = find("worker");
  const seconds = find("seconds");
  const answer = find("answer");
  const item = find("item");
  const batch = /(?:batch|page|set)_?(?:of)?_?(\d+)/i.exec(seconds);
  return { item, answer, worker, seconds, per: batch ? Number(batch[1]) : 1 };
}
