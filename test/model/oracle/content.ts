import { bytesOf, nameOf, recognise, type Content } from "../content.ts";
import type { Exchange, Tags } from "../exchange.ts";
import { representationFields } from "../origin.ts";
import type { Observation } from "../run.ts";
import { basisFindings } from "./basis.ts";
import { conditionalFindings, unsatisfiableFindings } from "./conditional.ts";
import { isFailure, named } from "./knowledge.ts";
import type { Finding, Knowledge, Rule } from "./knowledge.ts";
import { partsOf, requestedParts, type Part } from "./parts.ts";

/** Judges the answer to one request that passed the gate. */
export function contentFindings(
  seen: Observation,
  knowledge: Knowledge,
): Finding[] {
  const { status, received, step } = seen;
  const finding = (rule: Rule, reason: string): Finding => ({
    request: seen.number,
    rule,
    reason,
  });
  if (status === null)
    return seen.outcome === "broken" && !isResetWithHead(seen, knowledge)
      ? [finding("status", "the connection ended without an answer")]
      : [];
  if (step.kind === "write") return writeFindings(seen, knowledge);
  const body = knowledge.exchange(received.get("x-exchange"));
  const validated = knowledge.exchange(received.get("x-validated"));
  const basis = body ?? validated;
  if (status === 304) return conditionalFindings(seen, knowledge);
  if (status === 416) return unsatisfiableFindings(seen, knowledge);
  if (basis === null) return ownAnswerFindings(seen, knowledge);
  if (basis.resource !== step.resource)
    return [finding("bytes", `the answer is of r${basis.resource}`)];
  return [
    ...statusFindings(seen, basis),
    ...basisFindings(
      seen,
      { body: basis, validated: validated ?? basis },
      knowledge,
    ),
    ...fieldFindings(seen, basis, knowledge),
    ...bodyFindings(seen, basis, knowledge),
  ];
}

/** An answer that the edge made itself has to have a reason. */
function ownAnswerFindings(seen: Observation, knowledge: Knowledge): Finding[] {
  const { status, step, received, number: request } = seen;
  const onlyIfCached =
    step.kind === "request" && step.cacheControl === "only-if-cached";
  if (status === 504 && onlyIfCached) return [];
  if (status === 504 && isTooBusy(seen, knowledge)) return [];
  const failures = knowledge.during(seen).filter(isFailure);
  const isShared = failures.some(
    ({ answer }) => answer.kind === "error" && answer.status === status,
  );
  const isOwn = status === 502 || status === 503 || status === 504;
  if (isShared || (failures.length > 0 && isOwn)) return [];
  const why = received.get("proxy-status") ?? "no Proxy-Status";
  return [
    {
      request,
      rule: "status",
      reason: `${status} (${why}) although the origin did not fail`,
    },
  ];
}

/** The machine had so much to do that an origin on it could not answer in time. */
function isTooBusy(
  { startedAtMs, headAtMs }: Observation,
  { run, terms }: Knowledge,
): boolean {
  const tookMs = (headAtMs ?? startedAtMs) - startedAtMs;
  return terms.slowness > 1 && tookMs >= run.history.site.timeoutSeconds * 1000;
}

function writeFindings(seen: Observation, knowledge: Knowledge): Finding[] {
  const own = knowledge.run.exchanges.find(
    ({ request }) => request === seen.number,
  );
  if (own?.answer.kind === "written")
    return own.answer.status === seen.status
      ? []
      : [
          {
            request: seen.number,
            rule: "status",
            reason: `${seen.status} for a write that the origin answered with ${own.answer.status}`,
          },
        ];
  return ownAnswerFindings(seen, knowledge);
}

/** RFC 9110 §14.2: 206 only to a GET with a Range. Otherwise the status is the origin's. */
function statusFindings(seen: Observation, body: Exchange): Finding[] {
  const { status, fields, step } = seen;
  const meant = statusOf(body);
  const finding = (reason: string): Finding[] => [
    { request: seen.number, rule: "status", reason },
  ];
  if (status === 206) {
    if (step.kind !== "request" || step.method !== "GET")
      return finding("206 to what is no GET");
    if (!fields.has("range")) return finding("206 to a GET without Range");
    return meant === 200
      ? []
      : finding(`206, though ${named(body)} meant ${meant}`);
  }
  return status === meant
    ? []
    : finding(`${status}, though ${named(body)} meant ${meant}`);
}

function statusOf({ answer }: Exchange): number {
  switch (answer.kind) {
    case "full":
    case "error":
    case "written":
      return answer.status;
    case "part":
      return 200;
    case "not-modified":
      // It validated what is the answer to a HEAD or a GET without that condition.
      return 200;
    case "unsatisfiable":
      return 416;
    case "precondition-failed":
      return 412;
    case "refused":
    case "silent":
      return 502;
  }
}

/** The fields that describe a representation are those of the content that it is. */
function fieldFindings(
  seen: Observation,
  body: Exchange,
  knowledge: Knowledge,
): Finding[] {
  const { answer } = body;
  const { received, status } = seen;
  if (answer.kind !== "full" && answer.kind !== "part") return [];
  const parts = status === 206 && isMultipart(received);
  const described = new Map(
    representationFields(answer.content).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]),
  );
  const expected: [string, string | undefined][] = [
    ["content-language", described.get("content-language")],
    ["content-encoding", described.get("content-encoding")],
    ...(parts
      ? []
      : [
          ["content-type", described.get("content-type")] satisfies [
            string,
            string | undefined,
          ],
        ]),
    ...tagLines(answer.tags, knowledge, received),
  ];
  if (status !== 206) expected.push(["content-range", undefined]);
  return expected
    .filter(([name, value]) => received.get(name) !== value)
    .map(([name, value]) => ({
      request: seen.number,
      rule: "fields",
      reason: `${name} is ${received.get(name) ?? "absent"}, though ${named(body)} said ${value ?? "nothing"}`,
    }));
}

/** A validation may have renewed the validators; then they are its own. */
function tagLines(
  tags: Tags,
  knowledge: Knowledge,
  received: Observation["received"],
): [string, string | undefined][] {
  const validated = knowledge.exchange(received.get("x-validated"));
  const renewed =
    validated !== null && "tags" in validated.answer
      ? validated.answer.tags
      : tags;
  return [
    ["etag", renewed.etag ?? undefined],
    ["last-modified", renewed.lastModified ?? undefined],
  ];
}

function isMultipart(received: Observation["received"]): boolean {
  return /^multipart\/byteranges/i.test(received.get("content-type") ?? "");
}

/** Every byte is a byte of the content, at its place; and all are there that were promised. */
function bodyFindings(
  seen: Observation,
  body: Exchange,
  knowledge: Knowledge,
): Finding[] {
  const { answer } = body;
  const finding = (reason: string): Finding => ({
    request: seen.number,
    rule: "bytes",
    reason,
  });
  if (
    answer.kind !== "full" &&
    answer.kind !== "part" &&
    answer.kind !== "error"
  )
    return [];
  const { content } = answer;
  const bytes = Buffer.concat(seen.chunks.map((chunk) => chunk.bytes));
  const stated = seen.received.get("content-length");
  if (seen.step.method === "HEAD") {
    const wrong = stated !== undefined && Number(stated) !== content.length;
    return [
      ...(bytes.length > 0 ? [finding("a HEAD was answered with bytes")] : []),
      ...(wrong
        ? [
            finding(
              `Content-Length is ${stated}, the content has ${content.length}`,
            ),
          ]
        : []),
    ];
  }
  if (isExcusedLie(seen, body, knowledge)) return [];
  const found: Finding[] = [];
  const parts = partsOf(seen, bytes, content);
  if (!parts.ok) return [finding(parts.problem)];
  found.push(
    ...parts.value.flatMap((part) =>
      partFindings(part, content, knowledge, finding),
    ),
  );
  if (seen.outcome !== "complete")
    return [...found, ...brokenFindings(seen, knowledge)];
  if (stated !== undefined && Number(stated) !== bytes.length)
    found.push(
      finding(`Content-Length is ${stated}, ${bytes.length} bytes came`),
    );
  if (seen.status === 206) {
    const asked = requestedParts(
      seen.fields.get("range") ?? "",
      content.length,
    );
    const missing = asked.find(
      (want) =>
        !parts.value.some(
          (part) =>
            part.offset <= want.first &&
            part.offset + part.bytes.length > want.last,
        ),
    );
    if (missing !== undefined)
      found.push(
        finding(
          `bytes ${missing.first}-${missing.last} were asked for and did not come`,
        ),
      );
    if (asked.length === 1 && parts.value[0]?.bytes.length !== length(asked[0]))
      found.push(finding("another part came than was asked for"));
  } else if (bytes.length !== content.length)
    found.push(
      finding(
        `a whole body of ${bytes.length} bytes, ${nameOf(content)} has ${content.length}`,
      ),
    );
  return found;
}

function length(part: { first: number; last: number } | undefined): number {
  return part === undefined ? 0 : part.last - part.first + 1;
}

function partFindings(
  { offset, bytes }: Part,
  content: Content,
  knowledge: Knowledge,
  finding: (reason: string) => Finding,
): Finding[] {
  const meant = bytesOf(content).subarray(offset, offset + bytes.length);
  if (Buffer.compare(meant, bytes) === 0) return [];
  const candidates = knowledge.run.exchanges.flatMap(({ answer }) =>
    "content" in answer ? [answer.content] : [],
  );
  return [
    finding(
      `not ${nameOf(content)} from ${offset} on: ${recognise(bytes, offset, candidates)}`,
    ),
  ];
}

/** A visitor who asks for a part of an origin that lies about parts may get the lie, if it was told for that visitor. */
function isExcusedLie(
  { status, fields, startedAtMs }: Observation,
  { answer, headAtMs }: Exchange,
  { terms }: Knowledge,
): boolean {
  return (
    answer.kind === "part" &&
    !answer.honest &&
    status === 206 &&
    fields.has("range") &&
    (headAtMs ?? Infinity) >= startedAtMs - terms.slackMs
  );
}

function isResetWithHead(seen: Observation, knowledge: Knowledge): boolean {
  return (
    knowledge.terms.resets === "lose-heads" &&
    brokenFindings(seen, knowledge).length === 0
  );
}

/** Who falls behind goes on from the PoP cache, or from an origin that still has the same; where neither has it, nobody has. */
function mayBeLost({ step }: Observation, { run }: Knowledge): boolean {
  return (
    step.kind === "request" &&
    step.reader.kind === "pausing" &&
    run.history.steps.some(({ kind }) => kind === "pop-cache")
  );
}

/** A body breaks off only where the origin's did, where the customer was dropped, or where the visitor left. */
function brokenFindings(seen: Observation, knowledge: Knowledge): Finding[] {
  if (seen.outcome !== "broken") return [];
  const endedAtMs = seen.endedAtMs ?? Infinity;
  const excused =
    knowledge.during(seen).some(isFailure) ||
    mayBeLost(seen, knowledge) ||
    knowledge.standingChanges(seen.startedAtMs, endedAtMs) ||
    knowledge.droppedSinceMs(endedAtMs) !== null;
  return excused
    ? []
    : [
        {
          request: seen.number,
          rule: "bytes",
          reason: "the body broke off although the origin's did not",
        },
      ];
}
