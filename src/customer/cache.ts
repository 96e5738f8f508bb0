import * as v from "valibot";
import { defaultCacheSettings, type CacheSettings } from "../cache/settings.ts";
import {
  mapOf,
  members,
  oneOf,
  optional,
  textAs,
  wholeNumber,
} from "../parse/schema.ts";

const maxTtlSeconds = 365 * 86_400;

const ttlSeconds = wholeNumber(0, maxTtlSeconds);

const mode = v.lazy((input) =>
  typeof input === "object"
    ? v.pipe(
        members({ forceSeconds: ttlSeconds }),
        v.transform(({ forceSeconds }): CacheSettings["mode"] => ({
          kind: "force",
          ttlSeconds: forceSeconds,
        })),
      )
    : v.pipe(
        v.picklist(
          ["standard", "bypass"],
          'standard, bypass or { "forceSeconds": … }',
        ),
        v.transform((kind): CacheSettings["mode"] => ({ kind })),
      ),
);

/** Compared as it stands in a URL, so it is written as it stands there. */
const parameter = named(
  "the name of a query parameter as URLs have it, its end perhaps a star",
  /^(?:[!$%'()+,./0-9:;?@A-Z[\\\]^_`a-z{|}~-]{1,100}\*?|\*)$/,
);

const cookie = named(
  "the name of a cookie, its end perhaps a star",
  /^[!#$%&'+.^_`|~0-9A-Za-z-]{1,100}\*?$/,
);

const anyCookie = named(
  "the name of a cookie, its end perhaps a star, or a star alone",
  /^(?:[!#$%&'+.^_`|~0-9A-Za-z-]{1,100}\*?|\*)$/,
);

const fieldName = named(
  "the name of a request field",
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/,
);

const status = named(
  "a final status such as 404, or a class such as 4xx",
  /^[2-5](?:\d\d|xx)$/,
);

const defaults = defaultCacheSettings;

/** The member `cache` of a site record; what it leaves out is as usual. */
export const cacheSettings = v.pipe(
  members({
    mode: optional(mode),
    ignoredQuery: v.nullish(namesOf(parameter), [...defaults.ignoredQuery]),
    sortQuery: v.nullish(v.boolean("true or false"), defaults.sortQuery),
    bypassCookies: v.nullish(namesOf(cookie), [...defaults.bypassCookies]),
    ignoredCookies: v.nullish(namesOf(anyCookie), [...defaults.ignoredCookies]),
    cookies: v.nullish(oneOf(["strict", "static"]), defaults.cookies),
    vouchedFields: v.nullish(namesOf(fieldName), [...defaults.vouchedFields]),
    defaultTtlSeconds: v.nullish(
      mapOf(status, ttlSeconds, 100),
      defaults.defaultTtlSeconds,
    ),
    // The Cache API keeps no object above 512 MB.
    maxObjectBytes: v.nullish(
      wholeNumber(0, 512_000_000),
      defaults.maxObjectBytes,
    ),
    serveStaleSeconds: v.nullish(
      wholeNumber(0, maxTtlSeconds),
      defaults.serveStaleSeconds,
    ),
    setCookie: v.nullish(
      oneOf(["never", "strip", "when-public", "as-rfc"]),
      defaults.setCookie,
    ),
    requestDirectives: v.nullish(
      oneOf(["honoured", "ignored"]),
      defaults.requestDirectives,
    ),
  }),
  v.transform((record): CacheSettings => ({
    ...record,
    mode: record.mode ?? defaults.mode,
  })),
);

function named(expected: string, form: RegExp) {
  return textAs(expected, (text) => (form.test(text) ? text : null));
}

function namesOf<const Name extends v.GenericSchema<string, string>>(
  name: Name,
) {
  const maxNames = 100;
  const expected = `a list of at most ${maxNames} names`;
  return v.pipe(v.array(name, expected), v.maxLength(maxNames, expected));
}
