import { useState } from "react";

import { Button } from "@/ui";

/** Something that is shown this once: whole, selectable, and one click from the clipboard. */
export function Secret({ title, parts, hint, onClose }: { title: string; parts: readonly (readonly [label: string, value: string])[]; hint: string; onClose: () => void }) {
  const [copied, setCopied] = useState("");
  return (
    <div className="settings-secret" role="status">
      <strong>{title}</strong>
      {parts.map(([label, value]) => (
        <div key={label} className="settings-secret-line">
          <span className="quiet">{label}</span>
          <code aria-label={label}>{value}</code>
          <Button
            small
            icon={copied === label ? "check" : "copy"}
            onClick={() => void navigator.clipboard?.writeText(value).then(() => { setCopied(label); })}
          >
            {copied === label ? "Copied" : "Copy"}
          </Button>
        </div>
      ))}
      <div className="settings-secret-line">
        <span className="quiet">{hint}</span>
        <Button small onClick={onClose}>I have it, hide it</Button>
      </div>
    </div>
  );
}
