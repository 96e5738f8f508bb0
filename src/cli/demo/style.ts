import { createHash } from "node:crypto";

export interface Colours {
  /** For text and buttons on light ground. */
  accent: string;
  /** The same on dark ground. */
  accentDark: string;
}

/** A site's stylesheet. Its address changes with its text, so a copy may be kept for a year. */
export function stylesheet({ accent, accentDark }: Colours) {
  const body = `:root { color-scheme: light dark; --accent: light-dark(${accent}, ${accentDark}); ${tokens} }\n${rules}`;
  const version = createHash("sha256").update(body).digest("hex").slice(0, 8);
  return {
    href: `/style.css?v=${version}`,
    content: {
      type: "text/css; charset=utf-8",
      cacheControl: "public, max-age=31536000, immutable",
      body,
    },
  };
}

const tokens = `
  --ground: light-dark(#faf8f4, #14161a); --card: light-dark(#fff, #1d2026);
  --ink: light-dark(#1f2328, #e9e6e0); --soft: light-dark(#57606a, #a9b1bb);
  --line: light-dark(#e3ded5, #30353d); --on-accent: light-dark(#fff, #101216);`;

const rules = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
body > * { max-width: 68rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2rem); }
h1 { font-size: clamp(1.7rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -.02em; margin: 1.5rem 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .25rem; }
p { margin: 0 0 1rem; max-width: 62ch; overflow-wrap: anywhere; text-wrap: pretty; }
a { color: var(--accent); text-underline-offset: .2em; }
img { max-width: 100%; height: auto; display: block; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; display: block; padding: .75rem 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: center; padding-block: 1rem; }
header .name { display: flex; gap: .6rem; align-items: center; font-weight: 700; font-size: 1.1rem; color: var(--ink); text-decoration: none; margin-inline-end: auto; }
nav { display: flex; flex-wrap: wrap; gap: 0 1.1rem; }
nav a, .name { padding-block: .5rem; }
main { padding-block: 0 3rem; }
footer { border-top: 1px solid var(--line); padding-block: 1.25rem; color: var(--soft); font-size: .9rem; }
footer p { max-width: none; }
.hero { border-radius: 14px; width: 100%; aspect-ratio: 3; object-fit: cover; }
.lede { font-size: 1.1rem; color: var(--soft); }
.soft { color: var(--soft); font-size: .9rem; }
.cards { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(16rem, 100%), 1fr)); list-style: none; margin: 1.5rem 0; padding: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; overflow: hidden; padding: 1rem 1.1rem; }
.card > :last-child { margin-bottom: 0; }
.card .picture { width: calc(100% + 2.2rem); max-width: none; margin: -1rem -1.1rem 1rem; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem; margin: 0 0 1rem; }
.rows { display: grid; gap: .75rem; margin: 1.5rem 0; padding: 0; list-style: none; }
.split { display: grid; gap: 2rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); align-items: start; margin-top: 1.5rem; }
.split h1 { margin-top: 0; }
.split .picture { border-radius: 14px; width: 100%; }
.price { font-weight: 700; }
form { display: grid; gap: .75rem; justify-items: start; max-width: 36rem; margin: 1rem 0; }
label { font-weight: 600; display: grid; gap: .25rem; width: 100%; }
input, textarea { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 8px; padding: .6rem .75rem; width: 100%; }
button { font: inherit; font-weight: 600; border: 0; border-radius: 8px; padding: .7rem 1.2rem; background: var(--accent); color: var(--on-accent); cursor: pointer; }
output, pre { display: block; white-space: pre-wrap; font-family: ui-monospace, monospace; font-size: .9rem; overflow-wrap: anywhere; }`;
