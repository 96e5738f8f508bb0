import { createHash } from "node:crypto";
import { markup, trusted, type Markup } from "../../../markup.ts";
import { definitions } from "./palette.ts";
import { stylesheet } from "./style.ts";

/** A page under a policy that allows this sheet and this script, by what they say, and nothing else. */
export function document(title: string, body: Markup, scriptText = ""): string {
  const policy = [
    "default-src 'none'",
    `style-src '${digest(stylesheet)}'`,
    `script-src ${scriptText === "" ? "'none'" : `'${digest(scriptText)}'`}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} – Portcullis simulation</title>
<style>${trusted(stylesheet)}</style>
</head>
<body>
${definitions()}
${body}
${scriptText === "" ? null : markup`<script>${trusted(scriptText)}</script>`}
</body>
</html>
`.toString();
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

export const emblem = markup`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 21V11a9 9 0 0 1 18 0v10M8 5v17M12 3v19M16 5v17M4 10h16M4 15h16" fill="none" stroke="currentColor" stroke-width="2"/></svg>`;
