import * as v from "valibot";
import type { CacheSettings } from "../cache/settings.ts";
import { hopByHop } from "../http/connection.ts";
import type { FieldLine } from "../http/fields.ts";
import { canonicalHost } from "../http/host.ts";
import type { Parsed } from "../parse/parsed.ts";
import { cacheSettings } from "./cache.ts";
import { originHost, type OriginHost } from "./origin-host.ts";
import { readRecord } from "../parse/record.ts";
import {
  listOf,
  mapOf,
  members,
  textAs,
  wholeNumber,
} from "../parse/schema.ts";
import { customerId } from "./names.ts";

export interface Site {
  customer: string;
  /** Scheme, canonical host, and port where it is not the scheme's own. */
  origins: readonly [string, ...string[]];
  /** The Host that its origins are asked under. */
  originHost: OriginHost;
  /** To the first byte of a response. */
  timeoutSeconds: number;
  /** The longest pause in a body: of the origin in a response, of the visitor in the content of a request. */
  betweenBytesTimeoutSeconds: number;
  /** How long the edge waits for the body of a response altogether. */
  lastByteTimeoutSeconds: number;
  /** Request fields added for the origin. */
  originFields: readonly FieldLine[];
  cache: CacheSettings;
}

/** The limits of a body that most sites have: a minute, as in most proxies, and a day. */
export const defaultBodyTimeouts = {
  betweenBytesTimeoutSeconds: 60,
  lastByteTimeoutSeconds: 86_400,
} satisfies Partial<Site>;

const origin = textAs(
  "an origin such as https://origin.example:8443, without path or user",
  (text) => {
    const form = /^https?:\/\/[^\s/?#@\\]+\/?$/i;
    const url = form.test(text) ? URL.parse(text) : null;
    if (url === null) return null;
    const host = canonicalHost(url.host);
    const port = url.port === "" ? "" : `:${url.port}`;
    return host.ok ? `${url.protocol}//${host.value}${port}` : null;
  },
);

// The edge writes these itself: a second opinion about the visitor, the route or the framing is one too many.
const edgesOwn = new Set([
  ...hopByHop(new Map()),
  "host",
  "content-length",
  "expect",
  "via",
  "cdn-loop",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "traceparent",
]);

/** RFC 9110 §5.1: a token. */
const fieldName = textAs(
  "the name of a field that the edge does not write itself",
  (text) =>
    /^[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/i.test(text) &&
    !edgesOwn.has(text.toLowerCase())
      ? text
      : null,
);

/** RFC 9110 §5.5, without the obsolete bytes from 0x80, which runtimes read in different ways. */
const fieldValue = textAs(
  "a field value of 1 to 4096 visible ASCII characters and spaces",
  (text) => {
    const trimmed = text.trim();
    return /^[\x20-\x7e]{1,4096}$/.test(trimmed) ? trimmed : null;
  },
);

/** A record under `host:<host>`. */
export const siteForm = members({
  customer: customerId,
  origins: listOf(origin, 16),
  originHost,
  timeoutSeconds: v.nullish(wholeNumber(1, 600), 30),
  betweenBytesTimeoutSeconds: v.nullish(
    wholeNumber(1, 3600),
    defaultBodyTimeouts.betweenBytesTimeoutSeconds,
  ),
  lastByteTimeoutSeconds: v.nullish(
    wholeNumber(1, 604_800),
    defaultBodyTimeouts.lastByteTimeoutSeconds,
  ),
  originFields: v.nullish(mapOf(fieldName, fieldValue, 50), {}),
  cache: v.nullish(cacheSettings, {}),
});

const site = v.pipe(
  v.string(),
  v.parseJson(),
  siteForm,
  v.transform((record): Site => ({
    ...record,
    originFields: Object.entries(record.originFields),
  })),
);

/** A site record. Never throws; a problem names `key`, the member, what was found and what was expected. */
export function parseSite(key: string, text: string): Parsed<Site> {
  return readRecord(key, text, "a JSON object", site);
}
