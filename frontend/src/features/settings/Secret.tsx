import { Button, useCopied } from "@/ui";

/** Something that is shown this once: whole, selectable, and one click from the clipboard. */
export function Secret({ title, parts, hint, onClose }: { title: string; parts: readonly (readonly [label: string, value: string])[]; hint: string; onClose: () => void }) {
  const [copied, copy] = useCopied();
  return (
    <div className="settings-secret" role="status">
      <strong>{title}</strong>
      {parts.map(([label, value]) => (
        <div key={label} className="settings-secret-line">
          <span className="quiet">{label}</span>
          <code aria-label={label}>{value}</code>
          <Button
            small
            icon={copied === value ? "check" : "copy"}
            onClick={() => { copy(value); }}
          >
            {copied === value ? "Copied" : "Copy"}
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
