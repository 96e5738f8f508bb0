import { contentOf, type Exchange, type Tags } from "../exchange.ts";
import type { Observation } from "../run.ts";
import { objection } from "./basis.ts";
import type { Finding, Knowledge } from "./knowledge.ts";
import { requestedParts } from "./parts.ts";

/** A 304 needs a condition of the visitor's own, and an answer that it is true of and that could be given now. */
export function conditionalFindings(
  seen: Observation,
  knowledge: Knowledge,
): Finding[] {
  const finding = (reason: string): Finding[] => [
    { request: seen.number, rule: "not-modified", reason },
  ];
  const { fields, received } = seen;
  if (!fields.has("if-none-match") && !fields.has("if-modified-since"))
    return finding("304 to a request without conditions");
  const about = knowledge.about(seen.step.resource);
  if (about.some((one) => isOwnAnswer(one, seen))) return [];
  const candidates = about.filter(
    (one) =>
      "tags" in one.answer &&
      isAnnounced(one.answer.tags, received) &&
      isMet(one, fields),
  );
  if (candidates.length === 0)
    return finding(
      `304 with ETag ${received.get("etag") ?? "absent"}: no answer of the origin meets the condition`,
    );
  return justified(seen, candidates, knowledge, finding);
}

/** The origin's own answer to the visitor's own condition, passed on. */
function isOwnAnswer(one: Exchange, { number, fields }: Observation): boolean {
  return (
    one.request === number &&
    one.answer.kind === "not-modified" &&
    ["if-none-match", "if-modified-since"].every(
      (name) => one.fields.get(name) === fields.get(name),
    )
  );
}

/** A 416 needs an answer that could be given now and has none of the bytes asked for. */
export function unsatisfiableFindings(
  seen: Observation,
  knowledge: Knowledge,
): Finding[] {
  const finding = (reason: string): Finding[] => [
    { request: seen.number, rule: "status", reason },
  ];
  const range = seen.fields.get("range");
  if (range === undefined) return finding("416 to a request without Range");
  const candidates = knowledge.about(seen.step.resource).filter((one) => {
    const content = contentOf(one);
    return (
      content !== null &&
      requestedParts(range, content.length).length === 0 &&
      seen.received.get("content-range") === `bytes */${content.length}`
    );
  });
  if (candidates.length === 0)
    return finding(
      `416 with ${seen.received.get("content-range") ?? "no Content-Range"}: no version is so short`,
    );
  return justified(seen, candidates, knowledge, finding);
}

/** One of the candidates, validated by itself or by a later exchange, has to be good enough. */
function justified(
  seen: Observation,
  candidates: readonly Exchange[],
  knowledge: Knowledge,
  finding: (reason: string) => Finding[],
): Finding[] {
  const reasons: string[] = [];
  for (const body of candidates)
    for (const validated of knowledge.about(seen.step.resource)) {
      if (validated.number < body.number) continue;
      const objected = objection(seen, { body, validated }, knowledge);
      if (objected === null) return [];
      reasons.push(objected.reason);
    }
  return finding(`304 or 416 without a basis: ${reasons.join("; ")}`);
}

/** Are these the validators that the 304 names? */
function isAnnounced(tags: Tags, received: Observation["received"]): boolean {
  const etag = received.get("etag");
  if (etag !== undefined) return etag === tags.etag;
  const modified = received.get("last-modified");
  return modified === undefined || modified === tags.lastModified;
}

/** RFC 9110 §13.1.2, §13.1.3; without Last-Modified, Date stands in for it (RFC 9111 §4.3.2). */
function isMet(
  { answer, arrivedAtMs }: Exchange,
  fields: Observation["fields"],
): boolean {
  if (!("tags" in answer)) return false;
  const noneMatch = fields.get("if-none-match");
  const opaque = (tag: string) => tag.replace(/^W\//, "");
  if (noneMatch !== undefined && answer.tags.etag !== null)
    return noneMatch === "*" || opaque(noneMatch) === opaque(answer.tags.etag);
  if (noneMatch === "*") return true;
  if (noneMatch !== undefined && !fields.has("if-modified-since")) return false;
  const since = Date.parse(fields.get("if-modified-since") ?? "");
  const modified = Date.parse(answer.tags.lastModified ?? "");
  return (
    (Number.isNaN(modified)
      ? Math.floor(arrivedAtMs / 1000) * 1000
      : modified) <= since
  );
}
