import { contentOf, type Exchange } from "../exchange.ts";
import type { Observation } from "../run.ts";
import { invalidation } from "./invalidation.ts";
import { isFailure, named } from "./knowledge.ts";
import type { Basis, Finding, Knowledge, Rule } from "./knowledge.ts";
import { plausibleAge, staleness } from "./freshness.ts";
import { unshared } from "./sharing.ts";

/** Why an answer to this request may not stem from these exchanges; null when it may. */
export function objection(
  seen: Observation,
  basis: Basis,
  knowledge: Knowledge,
): { rule: Rule; reason: string } | null {
  const { body, validated } = basis;
  if (body.answer.kind === "error") return sharedFailure(seen, body, knowledge);
  const content = contentOf(body);
  const meant = knowledge.representationFor(seen);
  if (content !== null && content.representation !== meant)
    return {
      rule: "bytes",
      reason: `the representation is ${content.representation}, this visitor's is ${meant}`,
    };
  const misled = body === validated ? null : misvalidation(basis);
  if (misled !== null) return { rule: "stale", reason: misled };
  for (const exchange of new Set([body, validated])) {
    const reason = unshared(seen, exchange, knowledge);
    if (reason !== null) return { rule: "shared", reason };
  }
  const reason = invalidation(seen, basis, knowledge);
  if (reason !== null) return { rule: "invalidated", reason };
  const stale = staleness(seen, validated, knowledge);
  return stale === null ? null : { rule: "stale", reason: stale };
}

export function basisFindings(
  seen: Observation,
  basis: Basis,
  knowledge: Knowledge,
): Finding[] {
  const { number: request } = seen;
  const objected = objection(seen, basis, knowledge);
  const age = plausibleAge(seen, basis.validated, knowledge);
  return [
    ...(objected === null ? [] : [{ request, ...objected }]),
    ...(age === null ? [] : [{ request, rule: "age" as const, reason: age }]),
    ...cookieFindings(seen, knowledge),
  ];
}

/** A failure may be shared with those who waited for it, and with nobody else. */
function sharedFailure(
  seen: Observation,
  failed: Exchange,
  { terms }: Knowledge,
): { rule: Rule; reason: string } | null {
  const isOwn = failed.request === seen.number;
  const waited =
    isFailure(failed) &&
    (failed.headAtMs ?? 0) >= seen.startedAtMs - terms.slackMs;
  return isOwn || waited
    ? null
    : {
        rule: "stale",
        reason: `${named(failed)} was over before the request began`,
      };
}

/** Why a validation was not about the content that is answered with. */
function misvalidation({ body, validated }: Basis): string | null {
  const { answer } = validated;
  const stored = "tags" in body.answer ? body.answer.tags : null;
  if (stored === null || !("tags" in answer))
    return `${named(validated)} validated nothing`;
  const isSameTag =
    stored.etag !== null &&
    stored.etag.replace(/^W\//, "") === answer.tags.etag?.replace(/^W\//, "");
  const isSameRepresentation =
    contentOf(body)?.representation === contentOf(validated)?.representation;
  if (answer.kind === "not-modified" && answer.by === "etag")
    return isSameTag
      ? null
      : `${named(validated)} was about ${answer.tags.etag}`;
  const differs =
    !isSameRepresentation ||
    (stored.etag !== null && answer.tags.etag !== null && !isSameTag) ||
    stored.lastModified !== answer.tags.lastModified;
  return differs
    ? `${named(validated)} was about another representation than ${named(body)}`
    : null;
}

/** RFC 9111 §7.3: one visitor's Set-Cookie is for that visitor unless the origin says that the answer is for all. */
function cookieFindings(seen: Observation, knowledge: Knowledge): Finding[] {
  const cookie = seen.received.get("set-cookie");
  if (cookie === undefined) return [];
  const from = knowledge.exchange(/^sid=x(\d+)$/.exec(cookie)?.[1]);
  const isOwn = from?.request === seen.number;
  const forAll = from?.policy.public === true || from?.policy.sMaxage !== null;
  return isOwn || forAll
    ? []
    : [
        {
          request: seen.number,
          rule: "shared",
          reason: `Set-Cookie of request ${from?.request ?? "unknown"}`,
        },
      ];
}
