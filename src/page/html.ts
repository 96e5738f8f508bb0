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
${masthead(operator, notice.provider)}
<main>
${notice.overline === null ? null : markup`<p class="overline"><bdi>${notice.overline}</bdi></p>`}
<h1>${notice.headline}</h1>
<p class="lead">${notice.explanation}</p>
${forVisitor(notice)}
${statement(notice)}
${details(notice)}
${forOwner(notice)}
</main>
<footer><p>HTTP ${notice.status} · <bdi>${notice.provider}</bdi></p></footer>
</body>
</html>
`.toString();
}

function masthead(operator: Operator, provider: string): Markup {
  const url = webLink(operator.url);
  const logo =
    operator.logoSvg === null
      ? null
      : markup`<span aria-hidden="true">${trusted(operator.logoSvg)}</span>`;
  const name = markup`<bdi>${provider}</bdi>`;
  return markup`<header>${logo}${url === null ? name : markup`<a href="${url}">${name}</a>`}</header>`;
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
      return markup`<bdi>${value.text}</bdi>`;
    case "list":
      return markup`${value.items.map((item, at) => markup`${at === 0 ? "" : listSeparator}<bdi>${item}</bdi>`)}`;
    case "link":
      return markup`<a href="${value.url}"><bdi>${value.text ?? linkText(value.url)}</bdi></a>`;
    case "moment":
      return markup`<time datetime="${value.iso}">${value.text}</time>`;
  }
}
