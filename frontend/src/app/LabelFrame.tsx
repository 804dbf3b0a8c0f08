import { Link, Outlet, useParams } from "@tanstack/react-router";
import { useEffect } from "react";

import { useRead } from "@/api/queries";

import { Me } from "./Me";

/** The frame around the label page: who I am, and nothing of the workspace. */
export function LabelFrame() {
  const me = useRead("access.me", {});
  const { pipeline } = useParams({ strict: false }) as { pipeline?: string };
  useEffect(() => { document.title = [pipeline, "Label", "Tilth"].filter(Boolean).join(" · "); }, [pipeline]);
  return (
    <div className="label-frame">
      <header>
        <Link to="/label" className="brand"><img src="/leaf.svg" width={18} height={18} alt="" />Tilth</Link>
        {pipeline && me.data && me.data.role !== "labeler" && <Link to="/labeling/$pipeline" params={{ pipeline }}>Back to the project</Link>}
        <span className="fill" />
        {me.data && <Me user={me.data} />}
      </header>
      <main id="main" tabIndex={-1}><Outlet /></main>
    </div>
  );
}

/** Labelers answer tasks and see nothing else of the workspace, whatever address they open. */
export function OnlyLabeling() {
  return (
    <main className="alone">
      <h1>This page is not for labelers</h1>
      <p className="quiet">Your link is for labeling only. To look around the workspace, ask whoever invited you for the role reader.</p>
      <p><Link to="/label" className="button main">Go to your projects</Link></p>
    </main>
  );
}
