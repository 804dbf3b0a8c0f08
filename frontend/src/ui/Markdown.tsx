import "./markdown.css";

import { Fragment, type ReactNode } from "react";

import { type Block, type Inline, readMarkdown } from "@/lib/markdown";

/** Markdown as React nodes; headings begin at `from`, links open elsewhere and tell nothing of here. */
export function Markdown({ text, from = 3 }: { text: string; from?: number }) {
  return <div className="markdown">{readMarkdown(text).map((block, at) => <Fragment key={at}>{shown(block, from)}</Fragment>)}</div>;
}

function shown(block: Block, from: number): ReactNode {
  switch (block.kind) {
    case "heading": {
      const Heading = `h${Math.min(6, block.level + from - 1)}` as "h3";
      return <Heading>{words(block.children)}</Heading>;
    }
    case "paragraph":
      return <p>{words(block.children)}</p>;
    case "list": {
      const List = block.ordered ? "ol" : "ul";
      return <List>{block.items.map((item, at) => <li key={at}>{words(item)}</li>)}</List>;
    }
    case "quote":
      return <blockquote>{block.children.map((inner, at) => <Fragment key={at}>{shown(inner, from)}</Fragment>)}</blockquote>;
    case "code":
      return <pre>{block.text}</pre>;
    case "rule":
      return <hr />;
  }
}

function words(children: readonly Inline[]): ReactNode {
  return children.map((part, at) => {
    if (part.kind === "text") return <Fragment key={at}>{part.text}</Fragment>;
    if (part.kind === "code") return <code key={at}>{part.text}</code>;
    if (part.kind === "link") return <a key={at} href={part.address} target="_blank" rel="noopener noreferrer">{words(part.children)}</a>;
    const Tag = part.kind;
    return <Tag key={at}>{words(part.children)}</Tag>;
  });
}
