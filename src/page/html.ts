import { formatInstant } from "../parse/text.ts";
import type { Fact } from "./facts.ts";
import { linkText, webLink } from "./link.ts";
import { markup, trusted, type Markup } from "../markup.ts";
import type { Notice } from "./notice.ts";
import type { Operator } from "./operator.ts";
import { styleFor } from "./style.ts";
import { listSeparator, type Value } from "./values.ts";

/**
 * The page for people: one document that needs nothing else, its only privilege its own style sheet. Words that
 * are not the page's own stand in elements that isolate their direction.
 */
export function writeHtml(notice: Notice, operator: Operator): string {
  const { language, direction } = notice.locale;
  const title =
    notice.overline === null
      ? notice.headline
      : `${notice.headline} – ${notice.overline}`;
  return markup`<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(styleFor(operator.colours).text)}</style>
</head>
<body>
${masthead(operator, notice)}
<main>
${notice.overline === null ? null : markup`<p class="overline"><bdi>${notice.overline}</bdi></p>`}
<h1>${notice.headline}</h1>
<p class="lead">${notice.explanation}</p>
${path(notice)}
${again(notice)}
${forVisitor(notice)}
${statement(notice)}
${details(notice)}
${forOwner(notice)}
</main>
<footer>
${languages(notice)}
<p>HTTP ${notice.status} · <bdi>${notice.provider}</bdi></p>
${occurrence(notice)}
</footer>
</body>
</html>
`.toString();
}

function masthead(operator: Operator, { provider, locale }: Notice): Markup {
  const url = webLink(operator.url);
  const logo =
    operator.logoSvg === null
      ? null
      : markup`<span aria-hidden="true">${trusted(operator.logoSvg)}</span>`;
  const name = markup`<bdi>${provider}</bdi>`;
  return markup`<header>${logo}${url === null ? name : markup`<a href="${url}">${name}</a>`}<a class="jump" href="#owner">${locale.headings.owner}</a></header>`;
}

/** The way of the request, from the visitor to the site. */
function path({ path: places, locale }: Notice): Markup | null {
  if (places === null) return null;
  return markup`<ol class="path">${places.map(
    ({ name, state }) =>
      markup`<li class="${state}"><bdi>${name}</bdi> <span>${locale.path[state]}</span></li>`,
  )}</ol>`;
}

/** A link to the very same URL. */
function again({ again: text }: Notice): Markup | null {
  return text === null
    ? null
    : markup`<p><a class="again" href="">${text}</a></p>`;
}

function languages({ otherLanguages, locale }: Notice): Markup {
  return markup`<nav aria-label="${locale.otherLanguages}"><ul>${otherLanguages.map(
    ({ name, language, direction, url }) =>
      markup`<li><a href="${url}" lang="${language}" hreflang="${language}" dir="${direction}">${name}</a></li>`,
  )}</ul></nav>`;
}

/** By which a screenshot can be found in the log. */
function occurrence({ occurrence: { traceId, atMs, pop } }: Notice): Markup {
  const at = new Date(atMs).toISOString();
  return markup`<p dir="ltr"><code>${traceId}</code> · <time datetime="${at}">${formatInstant(atMs)}</time>${pop === null ? null : markup` · ${pop}`}</p>`;
}

function statement({ statement: said, locale }: Notice): Markup | null {
  if (said === null) return null;
  return markup`<section aria-labelledby="statement">
<h2 id="statement">${locale.headings.statement}</h2>
<blockquote lang="${said.language}" dir="auto">${said.paragraphs.map((paragraph) => markup`<p>${paragraph}</p>`)}</blockquote>
</section>`;
}

function details(notice: Notice): Markup | null {
  if (notice.facts.length === 0) return null;
  return markup`<section aria-labelledby="facts">
<h2 id="facts">${notice.denial === null ? notice.locale.headings.details : notice.locale.headings.decision}</h2>
${list(notice.facts)}
</section>`;
}

function forVisitor({ visitor, locale }: Notice): Markup {
  return markup`<section class="visitor" aria-labelledby="visitor">
<h2 id="visitor">${locale.headings.visitor}</h2>
<p>${visitor}</p>
</section>`;
}

function forOwner({ owner, factsForOwner, move, locale }: Notice): Markup {
  return markup`<section aria-labelledby="owner">
<h2 id="owner">${locale.headings.owner}</h2>
<p>${owner}</p>
${factsForOwner.length === 0 ? null : list(factsForOwner)}
${move === null ? null : markup`<p>${move}</p>`}
</section>`;
}

function list(facts: readonly Fact[]): Markup {
  return markup`<dl>${facts.map(({ label, value }) => markup`<div><dt>${label}</dt><dd>${valueMarkup(value)}</dd></div>`)}</dl>`;
}

function valueMarkup(value: Value): Markup {
  switch (value.kind) {
    case "text":
      return value.language === null
        ? markup`<bdi>${value.text}</bdi>`
        : markup`<bdi lang="${value.language}">${value.text}</bdi>`;
    case "list":
      return markup`${value.items.map((item, at) => markup`${at === 0 ? "" : listSeparator}<bdi>${item}</bdi>`)}`;
    case "links":
      return markup`<ul>${value.links.map(({ url, text }) => markup`<li><a href="${url}">${text}</a></li>`)}</ul>`;
    case "link":
      return markup`<a href="${value.url}"><bdi>${value.text ?? linkText(value.url)}</bdi></a>`;
    case "moment":
      return markup`<time datetime="${value.iso}">${value.text}</time>`;
  }
}
