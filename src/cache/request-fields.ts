import { cgiName, type FieldLine, type Fields } from "../http/fields.ts";
import { ownText } from "../http/own-text.ts";
import { neverForwarded } from "../http/forwarding.ts";
import { withoutIgnoredCookies } from "./cookies.ts";
import { listMembers } from "./list.ts";
import type { CacheSettings } from "./settings.ts";
import type { Nominated } from "./stored.ts";
import { nominatedBy } from "./nominated.ts";

/** A request's fields, which can be asked for by name and gone through. */
export type RequestFields = Fields & Iterable<FieldLine>;

/**
 * How a GET or HEAD is sent: "shared" is the same for all whose answer it may be, without what is one visitor's;
 * "as-received" has every field of the visitor.
 */
export type Form = "shared" | "as-received";

/** A request in the shared form. */
export interface SharedRequest {
  fields: FieldLine[];
  /** Lower-case names of fields that the visitor sent and the origin does not get. */
  heldBack: ReadonlySet<string>;
  /** Lower-case names of fields of one visitor that the origin gets, because stored responses vary by them. */
  nominated: ReadonlySet<string>;
}

/** What an answer's Vary says of the request that got it. */
export type Sharing =
  | { kind: "shareable" }
  /** It depends on fields that the origin was not sent. */
  | { kind: "ask-again"; names: string[] }
  /** It may depend on one visitor's fields that Vary does not name. */
  | { kind: "not-shared"; names: string[] };

/** What becomes of a field in the shared form. */
type Treatment =
  /** It is sent: every byte of it is the edge's own, or means the same to all caches (RFC 9111 §5.2). */
  | "sent"
  /** It is sent: the origin has to name it in Vary where it answers by it, and its values are of a fixed form. */
  | "negotiated"
  /** It is held back until Vary names it, and the request is not the shared one when it does (RFC 9111 §3.5). */
  | "credentials"
  /** It is held back until Vary names it. */
  | "held-back"
  /** The same, and no two requests have the same value. */
  | "held-back-id"
  /** Not sent: this edge answers it, and writes its own where it asks the origin. */
  | "answered-here"
  /** It is sent, and stored responses are told apart by it as if Vary named it (RFC 9111 §4.1). */
  | "unlisted";

const named: readonly [Treatment, readonly string[]][] = [
  [
    "sent",
    [
      "cache-control",
      "pragma",
      // Of a fixed form, or begun anew: `fieldsForOrigin` has seen to that.
      "traceparent",
      // These five are this edge's own words by now.
      "cdn-loop",
      "forwarded",
      "via",
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-proto",
    ],
  ],
  ["negotiated", ["accept", "accept-encoding", "accept-language"]],
  ["credentials", ["authorization", "cookie"]],
  [
    "answered-here",
    [
      // What may be stored has no content, so that it says nothing but "0".
      "content-length",
      "if-modified-since",
      "if-none-match",
      "if-range",
      "range",
    ],
  ],
  [
    // Browsers and libraries send these with nearly every request: as unlisted ones they would leave nothing to share.
    "held-back",
    [
      "accept-charset",
      "alt-used",
      "device-memory",
      "dnt",
      "downlink",
      "dpr",
      "ect",
      "priority",
      "purpose",
      "referer",
      "rtt",
      "save-data",
      "upgrade-insecure-requests",
      "user-agent",
      "viewport-width",
      "width",
      "x-moz",
      "x-purpose",
      // Tokens against forged writes, which libraries add to reads as well, where they protect nothing.
      "x-csrf-token",
      "x-csrftoken",
      "x-xsrf-token",
      // These would make the origin answer for another method than the one that is gated and keyed.
      "x-http-method",
      "x-http-method-override",
      "x-method-override",
    ],
  ],
  [
    // One request's name in a trace or a log. An answer that many get belongs to no one's trace; some frameworks write the ids,
    // and the free text of baggage and tracestate, into their pages.
    "held-back-id",
    [
      "b3",
      "baggage",
      "idempotency-key",
      "newrelic",
      "sentry-trace",
      "tracestate",
      "uber-trace-id",
      "x-amz-cf-id",
      "x-amzn-trace-id",
      "x-azure-ref",
      "x-cloud-trace-context",
      "x-correlation-id",
      "x-instana-l",
      "x-instana-s",
      "x-instana-t",
      "x-newrelic-id",
      "x-newrelic-transaction",
      "x-ot-span-context",
      "x-request-id",
      "x-vercel-id",
    ],
  ],
];

const treatments: ReadonlyMap<string, Treatment> = new Map(
  named.flatMap(([treatment, names]) =>
    names.map((name) => [name, treatment] as const),
  ),
);

const heldBackIds = ["x-b3-", "x-datadog-", "uberctx-"];

/** The treatment of a field by its lower-case name. Most requests have the same few. */
const treatmentOf = remembering((name: string): Treatment => {
  const exact = treatments.get(name);
  if (exact !== undefined) return exact;
  const read = cgiName(name);
  // Only browsers write Sec- fields, and they invent new ones; anybody else may write them too.
  if (read.startsWith("sec-")) return "held-back";
  if (heldBackIds.some((prefix) => read.startsWith(prefix)))
    return "held-back-id";
  const alike = read === name ? undefined : treatments.get(read);
  return alike === "held-back" || alike === "held-back-id" ? alike : "unlisted";
});

/** The same function, which remembers what it said of so many short texts. */
function remembering<Value>(
  of: (text: string) => Value,
): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = of(text);
    if (known.size < 256 && text.length <= 256) known.set(ownText(text), value);
    return value;
  };
}

const isOfOneVisitor = (treatment: Treatment) =>
  treatment === "credentials" ||
  treatment === "held-back" ||
  treatment === "held-back-id";

/**
 * The shared form of a GET or HEAD, from the fields that `fieldsForOrigin` gave. `nominated`: lower-case names by which stored
 * responses of this very resource vary. `vouched`: names that the site record adds.
 */
export function fieldsForShared(
  lines: Iterable<FieldLine>,
  known: { nominated: ReadonlySet<string>; vouched: readonly string[] },
): SharedRequest {
  const vouched = lowerCase(known.vouched);
  const fields: FieldLine[] = [];
  const heldBack = new Set<string>();
  const nominated = new Set<string>();
  for (const line of lines) {
    const name = line[0].toLowerCase();
    const treatment = treatmentOf(name);
    if (treatment === "answered-here") continue;
    if (isOfOneVisitor(treatment) && !vouched.has(name)) {
      if (!known.nominated.has(name)) {
        heldBack.add(name);
        continue;
      }
      nominated.add(name);
    }
    fields.push(line);
  }
  return { fields, heldBack, nominated };
}

/** Judges an answer to a request in the shared form by its Vary. */
export function sharing(request: SharedRequest, response: Fields): Sharing {
  const byVary = new Set(nominatedBy(response));
  const missing = [...request.heldBack].filter((name) => byVary.has(name));
  if (missing.length > 0) return { kind: "ask-again", names: missing };
  const unnamed = [...request.nominated].filter((name) => !byVary.has(name));
  return unnamed.length > 0
    ? { kind: "not-shared", names: unnamed }
    : { kind: "shareable" };
}

/** Has a request of a visitor what only that visitor may be meant by? */
export function hasCredentials(request: Fields): boolean {
  return Boolean(request.get("cookie") || request.get("authorization"));
}

/** Is this the name of such a field, in lower case? */
export function isCredential(name: string): boolean {
  return treatmentOf(name) === "credentials";
}

/** More than this, names and values together, is not worth telling stored responses apart by. */
export const maxVaryCharacters = 4_096;

/**
 * The fields by which responses are told apart as if Vary named them all: in lower case, by name, with their values as received,
 * all that the origin was sent in this form and that Vary may not name. Null when there is too much of it, or when it is never the same
 * twice. The fields of `request` may still be those that arrived.
 */
export function unlistedFields(
  request: RequestFields,
  form: Form,
  settings: Pick<CacheSettings, "vouchedFields" | "ignoredCookies">,
): Nominated[] | null {
  if (form === "as-received" && hasIgnoredCookies(request, settings))
    return null;
  const found = new Map<string, string>();
  let characters = 0;
  for (const [written] of request) {
    const name = written.toLowerCase();
    const treatment = treatmentOf(name);
    if (treatment === "sent" || treatment === "credentials") continue;
    if (treatment === "answered-here" || found.has(name)) continue;
    if (form === "shared" && isOfOneVisitor(treatment)) continue;
    if (isNeverForwarded(name) || isVouched(name, settings)) continue;
    if (treatment === "held-back-id") return null;
    const value = request.get(name) ?? "";
    const keyedValue =
      treatment === "negotiated" ? negotiated(name, value) : value;
    if (keyedValue === null) continue;
    found.set(name, keyedValue);
    characters += name.length + keyedValue.length;
    if (characters > maxVaryCharacters) return null;
  }
  const unlisted: Nominated[] = [...found].toSorted(byName);
  return form === "shared" ? unlisted : [exactly, ...unlisted];
}

const isNeverForwarded = remembering(neverForwarded);

/** Stands among the fields of a request that was sent as received: it had no others. */
const exactly: Nominated = ["*", null];

/** They are in no key. */
function hasIgnoredCookies(
  request: Fields,
  { ignoredCookies }: Pick<CacheSettings, "ignoredCookies">,
): boolean {
  const cookie = request.get("cookie") ?? "";
  return withoutIgnoredCookies(cookie, ignoredCookies) !== cookie;
}

const byName = ([one]: Nominated, [other]: Nominated) =>
  one < other ? -1 : Number(one > other);

function isVouched(
  name: string,
  { vouchedFields }: Pick<CacheSettings, "vouchedFields">,
): boolean {
  return vouchedFields.some((vouched) => vouched.toLowerCase() === name);
}

/** What an Accept for pages counts as. */
const page = "text/html";

/** Are these the fields of an ordinary visit, none of which a visitor could invent? */
export function isOrdinary(unlisted: readonly Nominated[]): boolean {
  return unlisted.every(([name, value]) => name === "accept" && value === page);
}

/**
 * What of a negotiation field counts where Vary does not name it; null for nothing. RFC 9110 §12.5: languages and codings in
 * their proper form are the origin's to name in Vary, which all do who choose by them at all. But many choose between a page and
 * JSON by Accept without saying so, hence a page, anything (files of any kind), and every other wish are told apart.
 */
function negotiated(name: string, value: string): string | null {
  switch (name) {
    case "accept-language":
      return negotiatedLanguage(value);
    case "accept-encoding":
      return negotiatedCoding(value);
    default:
      return negotiatedType(value);
  }
}

// Browsers write the same few values.
const negotiatedLanguage = remembering((value) =>
  isEach(languageRange, value) ? null : value,
);
const negotiatedCoding = remembering((value) =>
  isEach(coding, value) ? null : value,
);
const negotiatedType = remembering((value) => {
  const members = listMembers(value.toLowerCase());
  if (members.length === 0) return null;
  if (
    members.every((member) => ofPages.test(member)) &&
    /^text\/html *(?:;q=1(?:\.0*)?)?$/.test(members[0] ?? "")
  )
    return page;
  return members.every((member) => ofFiles.test(member)) &&
    members.some((member) => member.startsWith("*/*"))
    ? null
    : value;
});

function isEach(form: RegExp, list: string): boolean {
  return listMembers(list.toLowerCase()).every((member) => form.test(member));
}

const weight = String.raw`[ \t]*(?:;[ \t]*q=[01](?:\.\d{0,3})?)?`;
const languageRange = new RegExp(
  `^(?:\\*|[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,4})${weight}$`,
);
const coding = new RegExp(
  `^(?:\\*|identity|gzip|x-gzip|deflate|compress|x-compress|br|zstd|dcb|dcz)${weight}$`,
);
const file = String.raw`\*/\*|(?:image|audio|video|font)/[a-z0-9*.+-]{1,40}|text/css|application/(?:font-woff2?|ogg)`;
const ofFiles = new RegExp(`^(?:${file})${weight}$`);
const ofPages = new RegExp(
  `^(?:${file}|text/html|application/xhtml\\+xml|application/xml|application/signed-exchange(?:;v=b[0-9])?)${weight}$`,
);

/**
 * Could an origin tell more of a visitor by the fields that were held back? Ids of requests say nothing of the visitor. Neither does
 * a program under the name of the library that it is made with: nobody chose it to be recognised by.
 */
export function identifiesVisitor(
  heldBack: ReadonlySet<string>,
  request: Fields,
): boolean {
  return [...heldBack].some((name) => {
    if (!decisive.has(name)) return false;
    return (
      name !== "user-agent" ||
      !library.test((request.get("user-agent") ?? "").trim())
    );
  });
}

/** What origins are known to choose, redirect and refuse by. */
const decisive = new Set([
  "authorization",
  "cookie",
  "dpr",
  "referer",
  "save-data",
  "sec-ch-ua-mobile",
  "sec-ch-ua-platform",
  "sec-fetch-dest",
  "sec-fetch-site",
  "user-agent",
  "viewport-width",
  "width",
  "x-csrf-token",
  "x-csrftoken",
  "x-xsrf-token",
]);

const library =
  /^(?:node|node-fetch|undici|axios|got|python-requests|python-urllib|aiohttp|go-http-client|okhttp|java|ruby)(?:\/\S+)?(?: \(.*\))?$/i;

const lowerCase = (names: readonly string[]) =>
  new Set(names.map((name) => name.toLowerCase()));
