import type { Denial } from "../customer/standing.ts";
import type { Fields } from "../http/fields.ts";
import { bestLanguage } from "../http/negotiate.ts";
import type { ProxyError } from "../http/proxy-status.ts";
import { factsOf, factsForOwner, type Fact } from "./facts.ts";
import { localeFor, locales } from "./locales/all.ts";
import type {
  Locale,
  OwnerAdvice,
  Topic,
  VisitorAdvice,
} from "./locales/locale.ts";
import type { Operator } from "./operator.ts";
import { detailsOf } from "./details.ts";
import { languageParameter, pathOf, problemTypePath } from "./own-path.ts";
import { oneLine, paragraphs } from "./plain.ts";
import type { PageReason, OwnPage } from "./reason.ts";

/** What there is to say, in the reader's language and in no format yet. All text in it is plain and unescaped. */
export interface Notice {
  locale: Locale;
  /** The operator's name. */
  provider: string;
  topic: Topic;
  status: number;
  /** What stands above the headline: the site it is about, or that it is only explained. */
  overline: string | null;
  headline: string;
  explanation: string;
  statement: Statement | null;
  facts: readonly Fact[];
  visitor: string;
  owner: string;
  factsForOwner: readonly Fact[];
  /** What moving out means, while it is possible. */
  move: string | null;
  denial: Denial | null;
  /** What is wrong with this very request, in English. */
  problem: string | null;
  /** May the same request succeed later with nothing done about it? */
  retryable: boolean;
  retryAfterSeconds: number | null;
  /** The way of the request, where it did not come to its end; null where it did, or was not let on its way. */
  path: readonly Place[] | null;
  /** The words of a link that asks once more, where that may help and does nothing twice. */
  again: string | null;
  /** The same page in the languages that it is not in. */
  otherLanguages: readonly LanguageLink[];
  /** What identifies its kind (RFC 9457 §3.1.1); absolute where the request's host is known. */
  typeUrl: string;
  /** This very answer, as the log has it. */
  occurrence: { traceId: string; atMs: number; pop: string | null };
}

/** A place on the way of a request. */
interface Place {
  name: string;
  state: "works" | "fails" | "unreached";
}

interface LanguageLink {
  name: string;
  language: string;
  direction: "ltr" | "rtl";
  url: string;
}

/** Who reads a page, and what of the request it has to say. */
export interface Reader {
  method: string;
  fields: Fields;
  /** Scheme and authority of the request's URL, such as "https://shop.example"; null where it has none that is in order. */
  base: string | null;
  /** The point of presence, as the platform calls it; null where it does not say. */
  pop: string | null;
}

/** What stands in a page where the trace id of a request is to stand (W3C Trace Context §3.2.2.3), so that requests may share it. */
export const traceSlot = "0".repeat(32);

/** An operator's own words, in one of the languages they were written in. */
interface Statement {
  language: string;
  paragraphs: readonly string[];
}

const advice: Readonly<Record<Topic, readonly [VisitorAdvice, OwnerAdvice]>> = {
  policy: ["gone", "contest"],
  security: ["gone", "contest"],
  billing: ["gone", "settle"],
  legal: ["gone", "contest"],
  "site-maintenance": ["soon", "await"],
  left: ["gone", "return"],
  unstated: ["gone", "contest"],
  "unknown-host": ["address", "set-up"],
  failed: ["broken", "mend-settings"],
  "bad-answer": ["soon", "mend-origin"],
  busy: ["soon", "mend-origin"],
  timeout: ["soon", "mend-origin"],
  loop: ["broken", "mend-settings"],
  "edge-maintenance": ["soon", "none"],
  unavailable: ["soon", "none"],
  malformed: ["request", "request"],
  about: ["about", "about"],
  "no-page": ["address", "none"],
};

/** The page that explains the problem type of this name, or the one that says that there is none. */
export function problemTypePage(name: string): OwnPage {
  return isTopic(name)
    ? { kind: "problem-type", topic: name }
    : { kind: "no-page" };
}

function isTopic(name: string): name is Topic {
  return Object.hasOwn(advice, name);
}

/**
 * The words of a page. The page's own are in the best of its languages for this reader; a statement is in the best of
 * its own, where the page's language and then English come first when nothing suits.
 */
export function composeNotice(
  reason: PageReason | OwnPage,
  operator: Operator,
  reader: Reader,
  nowMs: number,
): Notice {
  const acceptLanguage = reader.fields.get("accept-language");
  const locale = localeFor(acceptLanguage);
  const { topic, status, retryAfterSeconds, texts } = detailsOf(reason, nowMs);
  const [visitorAdvice, ownerAdvice] = advice[topic];
  const denial = reason.kind === "dropped" ? reason.denial : null;
  const ends = denial !== null && denial.endsAtMs !== null;
  // Their own headlines do not say that it is for good.
  const openEnded = topic === "legal" || topic === "site-maintenance";
  const moveUntilMs = denial?.offboardUntilMs ?? 0;
  const move = moveUntilMs > nowMs ? moveUntilMs : null;
  const provider = oneLine(operator.name);
  const base = reader.base ?? "";
  const retryable =
    ends || retryAfterSeconds !== null || visitorAdvice === "soon";
  return {
    locale,
    provider,
    topic,
    status,
    overline: overlineOf(reason, locale),
    headline:
      ends && !openEnded ? locale.suspended : locale.topics[topic].headline,
    explanation: locale.topics[topic].explanation,
    statement: statementFor(acceptLanguage, locale, texts),
    facts: factsOf(reason, { operator, locale, base }),
    visitor: locale.visitor[ends ? "later" : visitorAdvice],
    owner: locale.owner[ownerAdvice],
    factsForOwner: factsForOwner(denial, move, operator, locale),
    move: move === null ? null : locale.move,
    denial,
    problem: reason.kind === "malformed" ? oneLine(reason.problem) : null,
    retryable,
    retryAfterSeconds,
    path: pathOfRequest(reason, { locale, provider, pop: reader.pop }),
    again: retryable && reader.method === "GET" ? locale.again : null,
    otherLanguages: locales
      .filter((other) => other !== locale)
      .map(({ name, language, direction }) => ({
        name,
        language,
        direction,
        url: `${pathOf(reason, topic)}?${languageParameter}=${language}`,
      })),
    typeUrl: base + problemTypePath(topic),
    occurrence: { traceId: traceSlot, atMs: nowMs, pop: reader.pop },
  };
}

/** Where a request failed; the origin was not reached where the edge itself is what fails. */
function pathOfRequest(
  reason: PageReason | OwnPage,
  {
    locale,
    provider,
    pop,
  }: { locale: Locale; provider: string; pop: string | null },
): readonly Place[] | null {
  const isOrigin =
    reason.kind === "unreachable" && !failsInEdge.has(reason.error);
  if (
    !isOrigin &&
    !["unreachable", "unavailable", "maintenance"].includes(reason.kind)
  )
    return null;
  const { you, origin } = locale.path;
  const edge = pop === null ? provider : `${provider}, ${pop}`;
  return [
    { name: you, state: "works" },
    { name: edge, state: isOrigin ? "works" : "fails" },
    { name: origin, state: isOrigin ? "fails" : "unreached" },
  ];
}

/** Errors by which a request does not leave the edge (RFC 9209 §2.3). */
const failsInEdge: ReadonlySet<ProxyError> = new Set([
  "destination_ip_prohibited",
  "dns_error",
  "proxy_configuration_error",
  "proxy_internal_error",
  "proxy_internal_response",
  "proxy_loop_detected",
]);

function overlineOf(
  reason: PageReason | OwnPage,
  { meaning }: Locale,
): string | null {
  if ("host" in reason) return oneLine(reason.host);
  return reason.kind === "problem-type" ? meaning : null;
}

function statementFor(
  acceptLanguage: string | null | undefined,
  locale: Locale,
  texts: Readonly<Record<string, string>>,
): Statement | null {
  const written = new Map(
    Object.entries(texts).map(([language, text]) => [
      language,
      paragraphs(text),
    ]),
  );
  const usable = [...written.keys()].filter(
    (language) => written.get(language)?.length !== 0,
  );
  const preferred = [locale.language, "en"].filter((language) =>
    usable.includes(language),
  );
  const [first, ...others] = new Set([...preferred, ...usable]);
  if (first === undefined) return null;
  const language = bestLanguage(acceptLanguage, [first, ...others]);
  return { language, paragraphs: written.get(language) ?? [] };
}
