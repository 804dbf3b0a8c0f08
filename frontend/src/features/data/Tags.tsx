import { useState } from "react";

import { useAct, usePages } from "@/api/queries";
import { useNow } from "@/lib/clock";
import { authorName, counted } from "@/lib/format";
import { Button, ConfirmButton, ErrorNote, Loading, Section, When } from "@/ui";

import type { Moment } from "./moment";
import type { Go } from "./place";
import { nameProblem, referenceOf, shownName } from "./reference";
import { clockWords } from "./wording";

/** Names that stay with their version for good: what was published, sent or agreed on. */
export function Tags({ name, moment, go, mayWrite }: { name: string; moment: Moment; go: Go; mayWrite: boolean }) {
  const tags = usePages("tags.list", { repo: name, limit: 50 });
  const remove = useAct("tags.delete");
  return (
    <Section title={tags.items.length > 0 && !tags.hasMore ? counted(tags.items.length, "tag") : "Tags"}>
      {tags.error && <ErrorNote error={tags.error} retry={tags.retry} />}
      {tags.isPending && <Loading what="Reading the tags…" />}
      {!tags.isPending && tags.items.length === 0 && (
        <p className="quiet">A tag names one version for good, such as “as-published”. A branch moves on; a tag never does.</p>
      )}
      {tags.items.length > 0 && (
        <ul className="panel data-branches">
          {tags.items.map((tag) => (
            <li key={tag.name}>
              <div className="data-branch-row">
                <button type="button" className="link" aria-current={moment.commit?.id === tag.commit} onClick={() => { go({ at: tag.commit, view: undefined }); }}>
                  {tag.name}
                </button>
                <span className="ellipsis quiet"><bdi>{shownName(tag.message)}</bdi></span>
                <span className="faint">by {shownName(authorName(tag.author))}, <When ms={tag.at_ms} /></span>
                {mayWrite && (
                  <ConfirmButton
                    small
                    look="danger"
                    question={`Forget the name ${tag.name}? Its version stays.`}
                    verb={`Forget ${tag.name}`}
                    onConfirm={() => { remove.mutate({ repo: name, name: tag.name }); }}
                  >
                    Forget
                  </ConfirmButton>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {remove.error && <ErrorNote error={remove.error} />}
      {tags.hasMore && <Button small onClick={tags.more} disabled={tags.isLoadingMore}>Show more tags</Button>}
      {mayWrite && moment.commit && <NewTag name={name} moment={moment} />}
    </Section>
  );
}

function NewTag({ name, moment }: { name: string; moment: Moment }) {
  const [value, setValue] = useState("");
  const [message, setMessage] = useState("");
  const [touched, setTouched] = useState(false);
  const now = useNow();
  const act = useAct("tags.create", () => {
    setValue("");
    setMessage("");
    setTouched(false);
  });
  const { commit } = moment;
  if (!commit) return null;
  const problem = nameProblem(value) ?? (moment.branches.some((one) => one.name === value) ? "There is a branch of this name." : null);
  return (
    <form
      className="data-inline"
      onSubmit={(event) => {
        event.preventDefault();
        setTouched(true);
        if (!problem) act.mutate({ repo: name, name: value, at: commit.id, message });
      }}
    >
      <label>
        <span className="offscreen">Name of the tag</span>
        <input className="field" placeholder="as-published" value={value} onChange={(event) => { setValue(event.target.value); }} spellCheck={false} aria-invalid={touched && problem !== null} />
      </label>
      <label>
        <span className="offscreen">Why it has a name</span>
        <input className="field" placeholder="why (may be empty)" value={message} onChange={(event) => { setMessage(event.target.value); }} dir="auto" />
      </label>
      <Button type="submit" icon="plus" disabled={act.isPending} title={referenceOf(name, commit.id)}>
        Tag {moment.past ? "this moment" : "this version"} ({clockWords(commit.at_ms, now)})
      </Button>
      {touched && problem && <span className="data-note need" role="alert">{problem}</span>}
      {act.error && <ErrorNote error={act.error} />}
    </form>
  );
}
