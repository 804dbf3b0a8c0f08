import type { ReactNode } from "react";

/** A page: its title, what it is about, and what one can do with it. */
export function Page({
  title,
  about,
  acts,
  children,
}: {
  title: ReactNode;
  about?: ReactNode;
  acts?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="page">
      <header className="page-head">
        <div className="words">
          <h1>{title}</h1>
          {about && <div className="about">{about}</div>}
        </div>
        {acts && <div className="acts">{acts}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a page under its own heading. */
export function Section({ title, aside, children }: { title: ReactNode; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="section">
      <div className="section-head">
        <h2>{title}</h2>
        {aside && <div className="aside">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
