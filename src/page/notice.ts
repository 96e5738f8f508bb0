import type { Denial } from "../customer/standing.ts";
import { bestLanguage } from "../http/negotiate.ts";
import { factsOf, factsForOwner, type Fact } from "./facts.ts";
import { localeFor } from "./locales/all.ts";
import type {
  Locale,
  OwnerAdvice,
  Topic,
  VisitorAdvice,
} from "./locales/locale.ts";
import type { Operator } from "./operator.ts";
import { detailsOf } from "./details.ts";
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
}

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
  "unknown-host": ["address", "mend-settings"],
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
  acceptLanguage: string | null | undefined,
  nowMs: number,
): Notice {
  const locale = localeFor(acceptLanguage);
  const { topic, status, retryAfterSeconds, texts } = detailsOf(reason, nowMs);
  const [visitorAdvice, ownerAdvice] = advice[topic];
  const denial = reason.kind === "dropped" ? reason.denial : null;
  const ends = denial !== null && denial.endsAtMs !== null;
  // Their own headlines do not say that it is for good.
  const openEnded = topic === "legal" || topic === "site-maintenance";
  const moveUntilMs = denial?.offboardUntilMs ?? 0;
  const move = moveUntilMs > nowMs ? moveUntilMs : null;
  return {
    locale,
    provider: oneLine(operator.name),
    topic,
    status,
    overline: overlineOf(reason, locale),
    headline:
      ends && !openEnded ? locale.suspended : locale.topics[topic].headline,
    explanation: locale.topics[topic].explanation,
    statement: statementFor(acceptLanguage, locale, texts),
    facts: factsOf(reason, operator, locale),
    visitor: locale.visitor[ends ? "later" : visitorAdvice],
    owner: locale.owner[ownerAdvice],
    factsForOwner: factsForOwner(denial, move, operator, locale),
    move: move === null ? null : locale.move,
    denial,
    problem: reason.kind === "malformed" ? oneLine(reason.problem) : null,
    retryable: ends || retryAfterSeconds !== null || visitorAdvice === "soon",
    retryAfterSeconds,
  };
}

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
