import type { Denial } from "../customer/standing.ts";
import type { Locale } from "./locales/locale.ts";
import type { Operator } from "./operator.ts";
import { ownPath, problemTypePath } from "./own-path.ts";
import type { PageReason, OwnPage } from "./reason.ts";
import {
  countryName,
  link,
  list,
  moment,
  seconds,
  words,
  type Value,
} from "./values.ts";

/** A line of a page's list of facts. */
export interface Fact {
  label: string;
  value: Value;
}

type Labelled = readonly [label: string, value: Value | null];

/** The facts of a page, for everyone. */
export function factsOf(
  reason: PageReason | OwnPage,
  {
    operator,
    locale,
    base,
  }: { operator: Operator; locale: Locale; base: string },
): Fact[] {
  const { labels } = locale;
  switch (reason.kind) {
    case "dropped":
      return known(decision(reason.denial, operator, locale));
    case "about":
      return resources(locale, base);
    case "unknown-host":
    case "problem-type":
    case "no-page":
      return [];
    case "unreachable":
      return known([[labels.error, words(reason.error)]]);
    case "maintenance":
      return known([[labels.until, moment(reason.untilMs, locale)]]);
    case "unavailable":
      return known([[labels.retry, seconds(reason.retryAfterSeconds, locale)]]);
    case "malformed":
      return known([[labels.error, words(reason.problem, "en")]]);
  }
}

/** What else stands under our own path. */
function resources({ resources: names, topics }: Locale, base: string): Fact[] {
  return [
    {
      label: names.health,
      value: { kind: "link", url: `${base}${ownPath}/health`, text: null },
    },
    {
      label: names.version,
      value: { kind: "link", url: `${base}${ownPath}/version`, text: null },
    },
    {
      label: names.problems,
      value: {
        kind: "links",
        links: Object.entries(topics)
          .filter(([topic]) => !explainedElsewhere.includes(topic))
          .map(([topic, { headline }]) => ({
            url: base + problemTypePath(topic),
            text: headline,
          })),
      },
    },
  ];
}

/** Topics of pages that are about no problem, or about one that another topic explains. */
const explainedElsewhere: readonly string[] = ["unstated", "about", "no-page"];

/** What the site's owner can follow: where to appeal, whom to write to, how long there is to move. */
export function factsForOwner(
  denial: Denial | null,
  moveUntilMs: number | null,
  operator: Operator,
  locale: Locale,
): Fact[] {
  const { labels, links } = locale;
  return known([
    [labels.appeal, link(denial?.appealUrl, links.appeal)],
    [labels.contact, link(operator.contact)],
    [labels.move, moment(moveUntilMs, locale)],
  ]);
}

/** Who decided, why, from when to when, for what: RFC 7725 §3 asks it of a 451, and here every drop says it. */
function decision(
  denial: Denial,
  operator: Operator,
  locale: Locale,
): Labelled[] {
  const { labels, links } = locale;
  const { authority, scope } = denial;
  return [
    [
      labels.demandedBy,
      link(authority?.url, authority?.name) ?? words(authority?.name, ""),
    ],
    [labels.law, words(authority?.law, "")],
    [
      labels.jurisdiction,
      words(
        authority?.jurisdiction && countryName(authority.jurisdiction, locale),
      ),
    ],
    decider(denial, operator, locale),
    [labels.reason, words(denial.reason, "")],
    [labels.since, moment(denial.effectiveAtMs, locale)],
    [labels.until, moment(denial.endsAtMs, locale)],
    [labels.hosts, list(scope.hosts)],
    [
      labels.countries,
      list(scope.countries?.map((code) => countryName(code, locale)) ?? null),
    ],
    [labels.reference, words(denial.reference)],
    [labels.notice, link(denial.noticeUrl, links.notice)],
  ];
}

function decider(
  { ground, authority }: Denial,
  operator: Operator,
  { labels, siteOwner }: Locale,
): Labelled {
  if (ground === "request") return [labels.decidedBy, words(siteOwner)];
  const demanded = ground === "legal" || authority !== null;
  return [
    demanded ? labels.carriedOutBy : labels.decidedBy,
    words(operator.name),
  ];
}

function known(facts: readonly Labelled[]): Fact[] {
  return facts.flatMap(([label, value]) =>
    value === null ? [] : [{ label, value }],
  );
}
