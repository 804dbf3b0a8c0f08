import type { Granted } from "@/api/may";
import type { IconName } from "@/ui";

/** What the rail leads to; a page that does not exist has no place. Typed as paths of the router. */
export const PLACES = [
  { to: "/", label: "Home", icon: "home", below: [] },
  { to: "/data", label: "Data", icon: "data", below: ["/data"] },
  { to: "/pipelines", label: "Pipelines", icon: "pipelines", below: ["/pipelines", "/runs", "/new-pipeline"] },
  { to: "/labeling", label: "Labeling", icon: "labeling", below: ["/labeling", "/new-labeling"] },
  { to: "/datasets", label: "Datasets", icon: "datasets", below: ["/datasets"] },
  { to: "/models", label: "Models", icon: "models", below: ["/models"] },
  { to: "/lineage", label: "Lineage", icon: "lineage", below: ["/lineage"] },
  { to: "/settings", label: "Settings", icon: "settings", below: ["/settings"] },
] as const satisfies readonly { to: string; label: string; icon: IconName; below: readonly string[] }[];

/** The place that a path belongs to. */
export function placeOf(path: string): (typeof PLACES)[number] | undefined {
  return PLACES.find((place) =>
    place.to === "/" ? path === "/" : place.below.some((root) => path === root || path.startsWith(`${root}/`)),
  );
}

/** What one must be allowed to call for a place to be of use; reading repos, where nothing else is said. */
const NEEDS: Readonly<Record<string, Granted>> = {
  "/labeling": "labeling.get",
  "/settings": "access.list_tokens",
};

/** The operation that a place needs. */
export function needOf(place: string): Granted {
  return NEEDS[place] ?? "repos.list";
}
