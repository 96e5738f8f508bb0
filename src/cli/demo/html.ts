import type { Content } from "./site.ts";

/** HTML that is safe to send: what a visitor wrote is in it only as text. */
export interface Markup {
  readonly markup: string;
}

type Piece = Markup | readonly Markup[] | string | number;

/** A template whose pieces are text unless they are Markup themselves. */
export function html(texts: TemplateStringsArray, ...pieces: Piece[]): Markup {
  return { markup: String.raw({ raw: texts }, ...pieces.map(written)) };
}

function written(piece: Piece): string {
  if (typeof piece === "string" || typeof piece === "number") {
    return String(piece).replace(
      /[&<>"']/g,
      (character) => `&#${character.charCodeAt(0)};`,
    );
  }
  return "markup" in piece ? piece.markup : piece.map(written).join("");
}

export interface Layout {
  name: string;
  /** Path of the stylesheet. */
  stylesheet: string;
  links: readonly (readonly [path: string, label: string])[];
  footer: string;
}

/** A whole page, for its visitor only unless the caller says otherwise. `script` is the path of one of the site's own. */
export function page(
  layout: Layout,
  title: string,
  main: Markup,
  script?: string,
): Content {
  const links = layout.links.map(
    ([path, label]) => html`<a href="${path}">${label}</a>`,
  );
  const scripts =
    script === undefined ? [] : [html`<script src="${script}" defer></script>`];
  const whole = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>
          ${title === layout.name ? title : `${title} – ${layout.name}`}
        </title>
        <link rel="stylesheet" href="${layout.stylesheet}" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        ${scripts}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <a class="name" href="/"
            ><img
              src="/icon.svg"
              alt=""
              width="32"
              height="32"
            />${layout.name}</a
          >
          <nav aria-label="Site">${links}</nav>
        </header>
        <main id="main">${main}</main>
        <footer><p>${layout.footer}</p></footer>
      </body>
    </html> `;
  return {
    type: "text/html; charset=utf-8",
    cacheControl: "private, no-store",
    body: whole.markup,
  };
}
