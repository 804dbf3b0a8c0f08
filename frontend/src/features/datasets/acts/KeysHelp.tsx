import { Button, Kbd } from "@/ui";

import type { Classes } from "@/features/datasets/classes";
import { MARKS } from "./useActs";

/** Which keys the page has, and which of them is which class. */
export function KeysHelp({ classes, mayWrite, onClose }: { classes: Classes; mayWrite: boolean; onClose: () => void }) {
  const keyed = classes.names.flatMap((name) => { const key = classes.digit(name); return key === null ? [] : [{ name, key }]; });
  return (
    <section className="panel keys-help" aria-label="Keys">
      <dl>
        <div><dt>arrows</dt><dd>go from item to item; with <Kbd>Shift</Kbd> select on the way</dd></div>
        <div><dt><Kbd>Enter</Kbd></dt><dd>open the item; <Kbd>Esc</Kbd> closes it</dd></div>
        <div><dt><Kbd>Space</Kbd></dt><dd>select it; <Kbd>Ctrl A</Kbd> selects all that match</dd></div>
        <div><dt><Kbd>f</Kbd></dt><dd>add a filter</dd></div>
        <div><dt><Kbd>h</Kbd></dt><dd>show the history</dd></div>
        {mayWrite && MARKS.map((one) => <div key={one.mark}><dt><Kbd>{one.key}</Kbd></dt><dd>mark as {one.word.toLowerCase()}</dd></div>)}
        {mayWrite && <div><dt><Kbd>z</Kbd></dt><dd>take the last act back</dd></div>}
        {mayWrite && keyed.map(({ name, key }) => (
          <div key={name}><dt><Kbd>{key}</Kbd></dt><dd>label it <span className="dot" style={{ background: classes.colour(name) }} /> <bdi>{name}</bdi></dd></div>
        ))}
      </dl>
      <Button small look="plain" icon="cross" aria-label="Close the keys" onClick={onClose} />
    </section>
  );
}
