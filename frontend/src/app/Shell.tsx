import { Link, Navigate, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { useLive } from "@/api/live";
import { may, whoMay } from "@/api/may";
import { useRead } from "@/api/queries";
import { useNeeds } from "@/api/needs";
import { plain } from "@/lib/format";
import { Empty, ErrorNote, Icon, Kbd, Loading, Page, TOP_SLOT, When } from "@/ui";

import { CommandPalette } from "./CommandPalette";
import { Me } from "./Me";
import { PLACES, needOf, placeOf } from "./places";

/** What stands around every page of those who do more than label. */
export function Shell() {
  const me = useRead("access.me", {});
  return me.data ? <Frame role={me.data.role} /> : <Loading what="Opening the workspace…" />;
}

/** The frame: rail, top bar, palette. */
function Frame({ role }: { role: string }) {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const shown = placeOf(useRouterState({ select: (state) => state.matches.at(-1)?.pathname ?? state.location.pathname }));
  const live = useLive();
  const me = useRead("access.me", {});
  // Home counts doubtful labels, for which datasets are opened; everywhere else what it counted last is told.
  const needs = useNeeds({ looking: path === "/" });
  const [searching, setSearching] = useState(false);
  const main = useRef<HTMLElement>(null);
  const here = placeOf(path);

  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setSearching(true);
      }
    }
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
  }, []);
  useEffect(() => {
    main.current?.scrollTo(0, 0);
    document.title = [decodeURIComponent(path.split("/").slice(2).pop() ?? ""), here?.label, "Tilth"].filter(Boolean).join(" · ");
  }, [path, here]);

  const busy = live.data && !live.data.quiet;
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <nav className="rail" aria-label="Places">
        <Link to="/" className="brand">
          <img src="/leaf.svg" width={20} height={20} alt="" />
          Tilth
        </Link>
        <ul>
          {PLACES.filter((place) => may(role, needOf(place.to))).map((place) => (
            <li key={place.to}>
              <Link to={place.to} className="place" aria-current={here === place ? "page" : undefined}>
                <Icon name={place.icon} />
                {place.label}
              </Link>
            </li>
          ))}
        </ul>
        <div className="rail-foot" role="status">
          {live.error ? (
            <span className="state bad">
              <Icon name="alert" size={14} /> no answer
            </span>
          ) : busy ? (
            <span className="state busy">
              <span className="spinner" aria-hidden />
              {live.data.running ? `${live.data.running} running` : `${live.data.waiting || "work"} waiting`}
            </span>
          ) : live.data ? (
            <span className="state">
              <Icon name="check" size={14} /> all up to date
            </span>
          ) : null}
        </div>
      </nav>
      <header className="top">
        <Trail path={path} />
        <div id={TOP_SLOT} />
        <button type="button" className="find" onClick={() => { setSearching(true); }}>
          <Icon name="search" size={14} />
          <span>Go to a page, repo, run…</span>
          <Kbd>Ctrl K</Kbd>
        </button>
        {needs.length > 0 && (
          <Link to="/" hash="needs" className="tag need needs-count">
            <Icon name="alert" size={14} />
            {needs.length} {needs.length === 1 ? "needs" : "need"} you
          </Link>
        )}
        {me.data && <Me user={me.data} />}
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {live.error && (
          <div className="banner">
            <ErrorNote error={live.error} retry={() => void live.refetch()} />
          </div>
        )}
        {shown && !may(role, needOf(shown.to)) ? <NotYours role={role} place={shown} /> : <Outlet />}
      </main>
      {searching && <CommandPalette onClose={() => { setSearching(false); }} />}
    </div>
  );
}

/** What a role may not open, said in words, with a way on. */
function NotYours({ role, place }: { role: string; place: (typeof PLACES)[number] }) {
  const open = PLACES.find((one) => may(role, needOf(one.to)));
  if (place.to === "/" && open) return <Navigate to={open.to} replace />;
  return (
    <Page title={place.label}>
      <Empty title={`As ${role} you may not see this page.`}>
        <p>It is for {whoMay(needOf(place.to))}. Ask an owner for another role{open ? "" : "."}
          {open && <>, or go to <Link to={open.to}>{open.label}</Link>.</>}</p>
      </Empty>
    </Page>
  );
}

/** Where am I: the place, and what of it. */
function Trail({ path }: { path: string }) {
  const here = placeOf(path);
  const rest = path.split("/").slice(2).filter(Boolean).map(decodeURIComponent);
  if (path.startsWith("/runs/") && rest[0] !== undefined) return <RunTrail run={rest[0]} />;
  return (
    <nav className="trail ellipsis" aria-label="Where am I">
      {here && rest.length > 0 ? <Link to={here.to}>{here.label}</Link> : <span>{here?.label ?? "Nowhere"}</span>}
      {rest.map((part, index) => (
        <span key={`${index}${part}`}>
          <span className="faint"> / </span>
          {part}
        </span>
      ))}
    </nav>
  );
}

/** A run is told by its pipeline and its time; what it is called by the machine stands on its page. */
function RunTrail({ run }: { run: string }) {
  const found = useRead("jobs.get", { job: run });
  const name = found.data && plain(found.data.pipeline);
  return (
    <nav className="trail ellipsis" aria-label="Where am I">
      <Link to="/pipelines">Pipelines</Link>
      {name !== undefined && (
        <>
          <span className="faint"> / </span>
          <Link to="/pipelines/$name" params={{ name }}><bdi>{name}</bdi></Link>
        </>
      )}
      <span className="faint"> / </span>
      {found.data ? <>run of <When ms={found.data.created_ms} /></> : "run"}
    </nav>
  );
}
