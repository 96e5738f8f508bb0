import type { Fields, FieldLine } from "../http/fields.ts";
import type { Visit } from "./visit.ts";

/**
 * An http-01 challenge (RFC 8555 §8.3), which is all that reaches the origin of a customer who is dropped, and what may come
 * back. Both are as narrow as certificate authorities leave room for: whatever passes here is served in spite of the drop.
 */

/** A token has at least 22 characters (128 bits, RFC 8555 §8.3); authorities that are in use send 43. */
const maxTokenLength = 128;
const path = new RegExp(
  `^/\\.well-known/acme-challenge/[A-Za-z0-9_-]{1,${maxTokenLength}}$`,
);

/**
 * RFC 8555 §8.3: a GET of the token in base64url, or a HEAD to try it out, with nothing in it and without an upgrade. Matched
 * on the raw target, so that no other spelling of it passes.
 */
export function isChallenge(visit: Visit): boolean {
  const { method, target, upgrade, content } = visit;
  return (
    (method === "GET" || method === "HEAD") &&
    upgrade === "none" &&
    content === "none" &&
    path.test(target)
  );
}

/** A key authorization (RFC 8555 §8.1) is the token, a dot and 43 characters; some clients try the path with a text of their own. */
const maxAnswerBytes = 4096;

const types: readonly string[] = ["text/plain", "application/octet-stream"];

export type ChallengeAnswer =
  /** With these fields and no others. A body of more than `maxBytes` is none of a challenge either. */
  | {
      kind: "pass";
      status: 200 | 301 | 302 | 303 | 307 | 308;
      fields: readonly FieldLine[];
      maxBytes: number;
    }
  | { kind: "refuse"; because: string };

/** The challenge that is answered: as the visitor asked for it. */
export interface Challenge {
  scheme: "http" | "https";
  /** Canonical. */
  host: string;
  target: string;
}

/**
 * What may pass of an origin's answer to a challenge: a short text that no browser takes for a page, or the way to the same
 * challenge over https. `fields` are those of the answer as the visitor would get them. `because` is for operators.
 */
export function challengeAnswer(
  { status, fields }: { status: number; fields: Fields },
  challenge: Challenge,
): ChallengeAnswer {
  switch (status) {
    case 200:
      return textAnswer(fields);
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return redirect(status, fields, challenge);
  }
  return refused(`the status is ${status}`);
}

function textAnswer(fields: Fields): ChallengeAnswer {
  const coding = fields.get("content-encoding") ?? "";
  if (!/^(identity)?$/i.test(coding.trim()))
    return refused(`it is coded: ${coding}`);
  const written = fields.get("content-type") ?? types[1] ?? "";
  const type = written
    .replace(/;[^,]*$/, "")
    .trim()
    .toLowerCase();
  if (!types.includes(type)) return refused(`its type is ${written}`);
  const length = fields.get("content-length") ?? null;
  if (length !== null && !isWithin(length, maxAnswerBytes))
    return refused(`its length is ${length}, at most ${maxAnswerBytes} pass`);
  return {
    kind: "pass",
    status: 200,
    fields: [["Content-Type", type], ...always],
    maxBytes: maxAnswerBytes,
  };
}

function isWithin(length: string, max: number): boolean {
  return /^\d+$/.test(length.trim()) && Number(length) <= max;
}

/**
 * RFC 8555 §8.3: a server should follow redirects. Many origins send all of http to https, and would get no certificate
 * otherwise. To any other place a dropped site would lead visitors away from its notice.
 */
function redirect(
  status: 301 | 302 | 303 | 307 | 308,
  fields: Fields,
  { scheme, host, target }: Challenge,
): ChallengeAnswer {
  const location = (fields.get("location") ?? "").trim();
  const here = [`https://${host}${target}`, `https://${host}:443${target}`];
  return scheme === "http" && here.includes(location)
    ? {
        kind: "pass",
        status,
        fields: [["Location", here[0] ?? location], ...always],
        maxBytes: 0,
      }
    : refused(`it redirects to ${location || "nowhere"}`);
}

const always: readonly FieldLine[] = [
  ["Cache-Control", "no-store"],
  ["X-Content-Type-Options", "nosniff"],
];

function refused(because: string): ChallengeAnswer {
  return { kind: "refuse", because };
}

/** Fields of the request that would make of the answer something else than the whole text: a part, a 304, a coding. */
const unhelpful = /^(range|if-.*|accept-encoding|cookie|authorization)$/i;

/** What the origin gets of a challenge's fields. */
export function challengeFields(fields: readonly FieldLine[]): FieldLine[] {
  return [
    ...fields.filter(([name]) => !unhelpful.test(name)),
    ["Accept-Encoding", "identity"],
  ];
}
