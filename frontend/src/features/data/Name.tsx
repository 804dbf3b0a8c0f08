import { shortenable, shownName } from "./reference";

/** A name that people or machines gave: shown as text in its own direction, shortened in the middle, never obeyed. */
export function Name({ name, className = "" }: { name: string; className?: string }) {
  const shown = shownName(name);
  const { stem, end } = shortenable(shown);
  return (
    <bdi className={`data-name ${className}`} title={shown}>
      <span className="stem">{stem}</span>
      {end && <span className="end">{end}</span>}
    </bdi>
  );
}
