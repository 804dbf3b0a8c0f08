import { Outlet, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";

/** A page that stands alone, without the frame of the console: to read, to print, to send. */
export function Alone() {
  const { of } = useSearch({ strict: false }) as { of?: string };
  useEffect(() => { document.title = [of, "Report", "Tilth"].filter(Boolean).join(" · "); }, [of]);
  return <main id="main" tabIndex={-1}><Outlet /></main>;
}
