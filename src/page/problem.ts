import { webLink } from "./link.ts";
import type { Notice } from "./notice.ts";
import type { Operator } from "./operator.ts";
import { oneLine } from "./plain.ts";

/**
 * The answer for programs: a problem (RFC 9457 §3), with the same members whether it is asked for as problem+json or as
 * plain json. A drop always has every member of `decision()`, null where its record says nothing, so that a client may
 * read them without asking first.
 */
export function writeProblem(notice: Notice, operator: Operator): string {
  return JSON.stringify(
    {
      type: notice.typeUrl,
      title: notice.headline,
      status: notice.status,
      detail: detail(notice),
      ...(notice.denial === null ? {} : decision(notice, notice.denial)),
      ...(notice.path === null ? {} : { path: notice.path }),
      ...resources(notice),
      retryable: notice.retryable,
      retry_after: notice.retryAfterSeconds,
      operator: {
        name: notice.provider,
        url: webLink(operator.url),
        contact: webLink(operator.contact),
      },
      trace_id: notice.occurrence.traceId,
      time: iso(notice.occurrence.atMs),
      pop: notice.occurrence.pop,
    },
    null,
    2,
  );
}

/** The reason of this one occurrence where it has one, else what is said of all such (RFC 9457 §3.1.4). */
function detail(notice: Notice): string {
  return (
    oneLine(notice.denial?.reason ?? "") ||
    (notice.problem ?? notice.explanation)
  );
}

function decision(
  notice: Notice,
  denial: NonNullable<Notice["denial"]>,
): Record<string, unknown> {
  const { authority } = denial;
  return {
    block: {
      reason: denial.ground,
      created_at: iso(denial.effectiveAtMs),
      html_url: webLink(denial.noticeUrl),
    },
    reference: denial.reference,
    statement: notice.statement?.paragraphs.join("\n\n") ?? null,
    effective_at: iso(denial.effectiveAtMs),
    ends_at: iso(denial.endsAtMs),
    scope: denial.scope,
    authority:
      authority === null ? null : { ...authority, url: webLink(authority.url) },
    appeal_url: webLink(denial.appealUrl),
    offboard_until: iso(denial.offboardUntilMs),
  };
}

/** What the page about the edge leads to. */
function resources({ topic, facts }: Notice): Record<string, unknown> {
  if (topic !== "about") return {};
  const links = facts.flatMap(({ label, value }) => {
    if (value.kind === "link") return [{ title: label, url: value.url }];
    return value.kind === "links"
      ? value.links.map(({ url, text }) => ({ title: text, url }))
      : [];
  });
  return { links };
}

function iso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
