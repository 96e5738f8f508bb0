import type { OwnPage, PageReason } from "./reason.ts";
import type { FieldLine } from "../http/fields.ts";
import {
  chooseFormat,
  choosingFields,
  pageFormats,
  type PageFormat,
} from "./choose-format.ts";
import { writeHtml } from "./html.ts";
import { webLink } from "./link.ts";
import { writeMarkdown } from "./markdown.ts";
import { composeNotice, type Notice, type Reader } from "./notice.ts";
import { ownPath } from "./own-path.ts";
import type { Operator } from "./operator.ts";
import { writeProblem } from "./problem.ts";
import { styleFor } from "./style.ts";
import { writeText } from "./text.ts";

export interface RenderedPage {
  status: number;
  fields: FieldLine[];
  /** Null for HEAD, and where the visitor asked for something that cannot carry words. */
  body: string | null;
}

interface Format {
  contentType: string;
  write(notice: Notice, operator: Operator): string;
}

const formats: Readonly<Record<PageFormat, Format>> = {
  "text/html": { contentType: "text/html; charset=utf-8", write: writeHtml },
  "application/problem+json": {
    contentType: "application/problem+json",
    write: writeProblem,
  },
  "application/json": { contentType: "application/json", write: writeProblem },
  "text/markdown": {
    contentType: "text/markdown; charset=utf-8",
    write: writeMarkdown,
  },
  "text/plain": { contentType: "text/plain; charset=utf-8", write: writeText },
};

/**
 * The whole answer for a visitor who does not get the site: status, fields and a body in the format and language asked
 * for (RFC 9110 §12.5). HEAD has a GET's fields. Nothing in the reason can add a field or markup of its own.
 */
export function renderPage(
  reason: PageReason | OwnPage,
  reader: Reader,
  operator: Operator,
  nowMs: number,
): RenderedPage {
  const notice = composeNotice(reason, operator, reader, nowMs);
  // What explains a problem is none itself.
  const offered = pageFormats.filter(
    (type) => notice.status >= 400 || type !== "application/problem+json",
  );
  const type = chooseFormat(reader.fields, offered);
  const format = type === null ? null : formats[type];
  return {
    status: notice.status,
    fields: [
      ...(format === null ? [] : contentFields(format, notice)),
      ...constantFields,
      ...robotsFields(notice),
      ["Content-Security-Policy", contentSecurityPolicy(operator)],
      ...retryFields(notice),
      ...linkFields(notice, operator),
      ...clearFields(notice),
    ],
    body:
      format === null || reader.method === "HEAD"
        ? null
        : format.write(notice, operator),
  };
}

function contentFields(format: Format, notice: Notice): FieldLine[] {
  return [
    ["Content-Type", format.contentType],
    ["Content-Language", notice.locale.language],
  ];
}

const constantFields: readonly FieldLine[] = [
  ["Vary", choosingFields],
  // RFC 9110 §15.1 lets caches keep a 410, a 414 and a 451 unasked: a restored site would stay dark in them.
  ["Cache-Control", "no-store"],
  ["CDN-Cache-Control", "no-store"],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "no-referrer"],
];

function contentSecurityPolicy({ colours }: Operator): string {
  return `default-src 'none'; style-src ${styleFor(colours).source}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** Only what is meant to last is taken out of indexes: after a pause a site is to be found as before. */
function robotsFields({ status, retryable }: Notice): FieldLine[] {
  return status < 500 && !retryable ? [["X-Robots-Tag", "noindex"]] : [];
}

function retryFields(notice: Notice): FieldLine[] {
  return notice.retryAfterSeconds === null
    ? []
    : [["Retry-After", String(notice.retryAfterSeconds)]];
}

/** RFC 7725 §4: a 451 names who blocks (us, by whatever address we have), not who demanded it. RFC 8288 for the form. */
function linkFields(notice: Notice, operator: Operator): FieldLine[] {
  const blocker =
    webLink(operator.url) ?? webLink(operator.contact) ?? `${ownPath}/`;
  const announcement = webLink(notice.denial?.noticeUrl ?? null);
  const links = [
    ...(notice.status === 451 ? [`<${blocker}>; rel="blocked-by"`] : []),
    ...(announcement === null ? [] : [`<${announcement}>; rel="describedby"`]),
  ];
  return links.length === 0 ? [] : [["Link", links.join(", ")]];
}

/** Clear-Site-Data §3.1. Browsers obey it only from where they trust: https, and names of this machine. */
function clearFields({ denial }: Notice): FieldLine[] {
  switch (denial?.clearSiteData ?? null) {
    case null:
      return [];
    case "cache":
      return [["Clear-Site-Data", '"cache"']];
    case "storage":
      return [["Clear-Site-Data", '"cache", "storage"']];
  }
}
