import { Link } from "@tanstack/react-router";

import { useRead } from "@/api/queries";
import { Sparkline } from "@/canvas/Trend";
import { count, percent } from "@/lib/format";
import { fullName } from "@/lib/names";
import { Interval, Section } from "@/ui";

const MOST = 6;

/** How the models do: the newest version of each with its interval, and how it came there. */
export function ModelTrend() {
  const models = useRead("models.list", { limit: MOST, recent: 12 });
  const shown = (models.data?.items ?? []).filter((model) => model.recent.length > 0);
  if (shown.length === 0) return null;
  return (
    <Section title="Model trend" aside={<Link to="/models">all models</Link>}>
      <ul className="panel rows">
        {shown.map((model) => {
          const name = fullName(model.project, model.name);
          const newest = model.recent[0];
          const points = [...model.recent].reverse().map((one) => ({ ...one.accuracy, number: one.number, at_ms: one.at_ms }));
          return (
            <li key={name}>
              <Link className="row home-model" to="/models/$model" params={{ model: name }}>
                <bdi className="words">{name}</bdi>
                <Sparkline points={points} width={120} label={newest?.accuracy.value == null ? "nothing measured yet" : `${count(points.length)} versions, now ${percent(newest.accuracy.value)}`} />
                {newest && <span className="nowrap"><Interval of={newest.accuracy} /> <small className="faint">of {count(newest.accuracy.n)}</small></span>}
                <span className="faint nowrap">{model.promoted ? `version ${model.promoted.number} in production` : "none in production"}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
