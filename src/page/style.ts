import { sha256 } from "@noble/hashes/sha2.js";
import { legibleOn } from "./colours.ts";
import type { Operator } from "./operator.ts";

const light = {
  paper: "#ffffff",
  panel: "#f3f5f6",
  ink: "#14171c",
  soft: "#565d68",
  rule: "#dde1e6",
  fault: "#b3261e",
};
const dark = {
  paper: "#14161a",
  panel: "#1e2127",
  ink: "#eceef2",
  soft: "#a7afbb",
  rule: "#363c46",
  fault: "#ff9d92",
};

/** A style sheet, and the source expression by which a Content Security Policy allows it (CSP 3 §2.3.1). */
export interface PageStyle {
  text: string;
  source: string;
}

// An edge has one operator.
const known = new WeakMap<Operator["colours"], PageStyle>();

export function styleFor(colours: Operator["colours"]): PageStyle {
  const before = known.get(colours);
  if (before !== undefined) return before;
  const text = styleText(colours);
  const digest = sha256(new TextEncoder().encode(text));
  const source = `'sha256-${btoa(String.fromCharCode(...digest))}'`;
  const style = { text, source };
  known.set(colours, style);
  return style;
}

/**
 * The pages' style sheet: system fonts, logical properties for both directions, and no movement at all. An accent is
 * decoration; links take it only where it can be read on the page (WCAG 2.2 §1.4.3).
 */
function styleText({ accent, accentDark }: Operator["colours"]): string {
  return `:root{color-scheme:light dark;${palette(light, accent)}}
@media (prefers-color-scheme:dark){:root{${palette(dark, accentDark)}}}
*{box-sizing:border-box;margin:0}
body{border-block-start:.375rem solid var(--accent);background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
header,main,footer{max-width:60rem;margin-inline:auto;padding-inline:1.5rem}
header{display:flex;align-items:center;gap:.75rem;padding-block:1.5rem;font-weight:600}
header svg{display:block;width:2.25rem;height:2.25rem;color:var(--accent)}
header a{color:inherit;text-decoration:none}
header a:hover{text-decoration:underline}
header .jump{margin-inline-start:auto;color:var(--link);font-weight:400;text-decoration:underline}
main{padding-block:clamp(1.5rem,6vw,4.5rem) 3rem}
.overline{color:var(--soft);font-size:1.25rem}
h1{margin-block:.25rem 1rem;font-size:clamp(1.875rem,1.2rem + 3vw,3.25rem);font-weight:700;line-height:1.15;text-wrap:balance}
.lead{max-width:40rem;font-size:1.25rem;line-height:1.5;text-wrap:pretty}
section{margin-block-start:2.5rem}
h2{margin-block-end:.5rem;font-size:1.0625rem;line-height:1.6}
section p{max-width:40rem;text-wrap:pretty}
p+p,p+dl,dl+p{margin-block-start:1rem}
.visitor{padding:1.25rem calc(1.5rem - 1px);border:1px solid var(--panel);border-radius:.75rem;background:var(--panel)}
blockquote{padding-inline-start:1.25rem;border-inline-start:.25rem solid var(--accent)}
ul,ol{padding:0;list-style:none}
.path{display:flex;flex-wrap:wrap;gap:.5rem;margin-block-start:2rem}
.path li{flex:1 1 12rem;padding:.75rem 1rem;border:1px solid var(--rule);border-block-start:.25rem solid var(--soft);border-radius:.25rem}
.path span{display:block;color:var(--soft)}
.path .fails{border-block-start-color:var(--fault)}
.path .fails span{color:var(--fault);font-weight:600}
.path .unreached{border-style:dashed}
.again{display:inline-block;margin-block-start:1.5rem;padding:.5rem 1.25rem;border:2px solid;border-radius:.375rem;font-weight:600;text-decoration:none}
.again:hover{text-decoration:underline}
dl{border-block-start:1px solid var(--rule)}
dl>div{display:flex;flex-wrap:wrap;gap:0 1.5rem;padding-block:.625rem;border-block-end:1px solid var(--rule)}
dt{flex:0 0 10rem;color:var(--soft)}
dd{flex:1 1 14rem}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.2em}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--link);outline-offset:3px;border-radius:2px}
footer{padding-block:1.5rem 3rem;border-block-start:1px solid var(--rule);color:var(--soft)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
nav+p{margin-block-start:1.5rem}
footer p+p{margin-block-start:.25rem}
code{font:inherit;font-variant-numeric:tabular-nums}
:lang(ja){font-family:system-ui,"Hiragino Sans","Yu Gothic UI",Meiryo,"Noto Sans JP","Noto Sans CJK JP",sans-serif}
:lang(ar){font-family:system-ui,"Segoe UI","Geeza Pro","Noto Sans Arabic",Tahoma,sans-serif;line-height:1.8}
@media (min-width:52rem){section{display:grid;grid-template-columns:12rem 1fr;column-gap:2rem;margin-block-start:3rem}.visitor{margin-inline:-1.5rem}h2{grid-row:1/9}section>:not(h2){grid-column:2}h2+dl{border:0}h2+dl>:first-child{padding-block-start:0}}
@media print{html{font-size:75%}body{border:0}main{padding-block:0}section{break-inside:avoid}.visitor{margin-inline:0;padding:0;border:0;background:none}dd a[href^=http]::after{content:" <" attr(href) ">"}}
@media (forced-colors:active){header svg{color:CanvasText}}
`;
}

function palette(base: typeof light, accent: string): string {
  const colours = {
    ...base,
    accent,
    link: legibleOn(base.panel, accent, base.ink),
  };
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");
}
