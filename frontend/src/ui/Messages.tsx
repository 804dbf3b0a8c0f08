import type { ReactNode } from "react";

import { Button } from "./Button";
import { Icon } from "./Icon";

/** What to show where there is nothing: why, and the next step. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What is awaited, in words; appears only when it takes a moment. */
export function Loading({ what }: { what: string }) {
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden />
      {what}
    </div>
  );
}

/** What went wrong, with what, what helps, and a way back. */
export function ErrorNote({
  error,
  retry,
}: {
  error: { message: string; help?: string };
  retry?: (() => void) | undefined;
}) {
  return (
    <div className="error-note" role="alert">
      <Icon name="alert" />
      <div className="words">
        <strong>{error.message}</strong>
        {error.help && <div className="help">{error.help}</div>}
      </div>
      {retry && (
        <Button small onClick={retry} icon="rerun">
          Try again
        </Button>
      )}
    </div>
  );
}
