import type { Fields } from "../http/fields.ts";
import { acceptedMediaTypes, bestMediaType } from "../http/negotiate.ts";

/** The media types that a page can be written in, our first choice first. */
export const pageFormats = [
  "text/html",
  "application/problem+json",
  "application/json",
  "text/markdown",
  "text/plain",
] as const;

export type PageFormat = (typeof pageFormats)[number];

const choosing = [
  "Accept",
  "Accept-Language",
  "Sec-Fetch-Dest",
  "X-Requested-With",
  "HX-Request",
];

/** What a page depends on besides its reason, for Vary (RFC 9110 §12.5.5). */
export const choosingFields = choosing.join(", ");

/** All that a page depends on of a request's fields: alike for two requests, the page is the same. */
export function choiceOf(fields: Fields): string {
  return choosing
    .map((name) => fields.get(name.toLowerCase()) ?? "")
    .join("\n");
}

/** Who takes a response, as far as its request says. */
type Taker =
  /** A window or a frame, in which somebody reads it. */
  | "navigation"
  /** Code that looks at it: fetch(), XMLHttpRequest, EventSource. */
  | "script"
  /** The browser itself, to draw, play or run it; nobody sees what is none of that. */
  | "subresource"
  | "unknown";

/**
 * The format for a request, or null where no body is of use. Who takes the response decides first (Fetch Metadata §2.1), then
 * Accept. Over plain http browsers send no Sec-Fetch-Dest, and a script that says nothing else is as good as curl.
 */
export function chooseFormat(
  fields: Fields,
  offered: readonly PageFormat[],
): PageFormat | null {
  const accept = fields.get("accept");
  switch (takerOf(fields)) {
    case "subresource":
      return null;
    case "navigation":
      return best(accept, offered) ?? "text/html";
    case "script":
      return wantsHtml(fields)
        ? (best(accept, offered) ?? "text/html")
        : forProgram(accept, offered);
    case "unknown":
      return byAcceptAlone(accept, offered);
  }
}

function takerOf(fields: Fields): Taker {
  const destination = fields.get("sec-fetch-dest")?.trim().toLowerCase();
  if (destination === "empty") return "script";
  const known = destinations.get(destination ?? "");
  if (known !== undefined) return known;
  // Android's WebView sends the name of its app in this field, with navigations too.
  const requestedWith = fields.get("x-requested-with")?.trim().toLowerCase();
  return requestedWith === "xmlhttprequest" ? "script" : "unknown";
}

/** Fetch §2.2.7, but for the empty one. */
const destinations: ReadonlyMap<string, Taker> = new Map([
  ...["document", "iframe", "frame", "fencedframe", "embed", "object"].map(
    (name) => [name, "navigation"] as const,
  ),
  ...[
    "audio",
    "audioworklet",
    "font",
    "image",
    "json",
    "manifest",
    "paintworklet",
    "report",
    "script",
    "serviceworker",
    "sharedworker",
    "style",
    "text",
    "track",
    "video",
    "worker",
    "xslt",
  ].map((name) => [name, "subresource"] as const),
]);

/** Names HTML in Accept, or is htmx, which puts into the page what it gets and says no more than that. */
function wantsHtml(fields: Fields): boolean {
  return (
    fields.get("hx-request")?.trim().toLowerCase() === "true" ||
    acceptedMediaTypes(fields.get("accept")).some(isHtml)
  );
}

const isHtml = (type: string) =>
  type === "text/html" || type === "application/xhtml+xml";

const isJson = (type: string) => /^[^/]+\/(?:json|.*\+json)$/.test(type);

/** A problem, unless Accept prefers text by name, or knows no JSON but the plain kind. */
function forProgram(
  accept: string | null | undefined,
  offered: readonly PageFormat[],
): PageFormat {
  const [problem = "application/json", ...others] = offered.filter(
    (type) => type !== "text/html",
  );
  const preferred = best(accept, [problem, ...others]);
  if (preferred === null || isJson(preferred))
    return best(accept, [problem]) ?? preferred ?? problem;
  return preferred;
}

/**
 * What browsers ask for by name when an image, a style, a font or a clip is wanted, with * / * only as their last resort. A
 * page would be of no use there, so these compete with our formats, and where one wins there is no body.
 */
const wordless = [
  "image/png",
  "image/svg+xml",
  "text/css",
  "text/javascript",
  "text/vtt",
  "font/woff2",
  "application/font-woff2",
  "video/webm",
  "audio/ogg",
];

function byAcceptAlone(
  accept: string | null | undefined,
  offered: readonly PageFormat[],
): PageFormat | null {
  const named = acceptedMediaTypes(accept);
  // Who names JSON and no HTML is a program, and means no page by the star behind it.
  if (named.some(isJson) && !named.some(isHtml)) {
    const preferred = best(
      accept,
      offered.filter((type) => type !== "text/html"),
    );
    if (preferred !== null) return preferred;
  }
  const type = bestMediaType(accept, [...offered, ...wordless]);
  if (type === null) return forProgram(accept, offered);
  return offered.find((each) => each === type) ?? null;
}

function best(
  accept: string | null | undefined,
  offered: readonly PageFormat[],
): PageFormat | null {
  const type = bestMediaType(accept, offered);
  return offered.find((each) => each === type) ?? null;
}
