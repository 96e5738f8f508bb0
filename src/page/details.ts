import { decisionStatuses } from "../customer/decide.ts";
import type { Ground } from "../customer/standing.ts";
import type { ProxyError } from "../http/proxy-status.ts";
import type { Topic } from "./locales/locale.ts";
import type { PageReason, OwnPage } from "./reason.ts";

interface Particulars {
  topic: Topic;
  status: number;
  retryAfterSeconds: number | null;
  /** Words of the operator's for this decision, by language. */
  texts: Readonly<Record<string, string>>;
}

/** What kind of trouble it is, and what of it every format says alike. */
export function detailsOf(
  reason: PageReason | OwnPage,
  nowMs: number,
): Particulars {
  const silent = { retryAfterSeconds: null, texts: {} };
  switch (reason.kind) {
    case "dropped": {
      const { denial, status, retryAfterSeconds } = reason;
      return {
        topic:
          denial.ground === null ? "unstated" : topicOfGround[denial.ground],
        status,
        retryAfterSeconds,
        texts: denial.statement,
      };
    }
    case "unknown-host":
      return {
        topic: "unknown-host",
        status: decisionStatuses["unknown-host"],
        ...silent,
      };
    case "unreachable": {
      const { error, status } = reason;
      return {
        topic: topicOfError.get(error) ?? topicOfStatus.get(status) ?? "failed",
        status,
        ...silent,
      };
    }
    case "maintenance":
      return {
        topic: "edge-maintenance",
        status: decisionStatuses.maintenance,
        retryAfterSeconds: secondsUntil(reason.untilMs, nowMs),
        texts: reason.message,
      };
    case "unavailable":
      return {
        topic: "unavailable",
        status: decisionStatuses.unavailable,
        retryAfterSeconds: reason.retryAfterSeconds,
        texts: {},
      };
    case "malformed":
      return { topic: "malformed", status: reason.status, ...silent };
    case "about":
      return { topic: "about", status: 200, ...silent };
    case "problem-type":
      return { topic: reason.topic, status: 200, ...silent };
    case "no-page":
      return { topic: "no-page", status: 404, ...silent };
  }
}

const topicOfGround: Readonly<Record<Ground, Topic>> = {
  policy: "policy",
  security: "security",
  billing: "billing",
  legal: "legal",
  maintenance: "site-maintenance",
  request: "left",
};

// Their status, 502, would blame the site's server; it is the site's settings that need mending.
const topicOfError: ReadonlyMap<ProxyError, Topic> = new Map([
  ["proxy_loop_detected", "loop"],
  ["dns_error", "failed"],
  ["destination_ip_prohibited", "failed"],
]);

const topicOfStatus: ReadonlyMap<number, Topic> = new Map([
  [502, "bad-answer"],
  [503, "busy"],
  [504, "timeout"],
]);

/** For Retry-After (RFC 9110 §10.2.3): whole seconds, never too few; null when the time is not known or has passed. */
function secondsUntil(untilMs: number | null, nowMs: number): number | null {
  return untilMs === null || untilMs <= nowMs
    ? null
    : Math.ceil((untilMs - nowMs) / 1000);
}
