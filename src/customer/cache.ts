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

const usual = defaultCacheSettings;

/** The member `cache` of a site record; what it leaves out is as usual. */
export const cacheSettings = v.pipe(
  members({
    mode: optional(mode),
    ignoredQuery: v.nullish(namesOf(parameter), [...usual.ignoredQuery]),
    sortQuery: v.nullish(v.boolean("true or false"), usual.sortQuery),
    bypassCookies: v.nullish(namesOf(cookie), [...usual.bypassCookies]),
    ignoredCookies: v.nullish(namesOf(anyCookie), [...usual.ignoredCookies]),
    cookies: v.nullish(oneOf(["strict", "static"]), usual.cookies),
    vouchedFields: v.nullish(namesOf(fieldName), [...usual.vouchedFields]),
    defaultTtlSeconds: v.nullish(
      mapOf(status, ttlSeconds, 100),
      usual.defaultTtlSeconds,
    ),
    // The Cache API keeps no object above 512 MB.
    maxObjectBytes: v.nullish(
      wholeNumber(0, 512_000_000),
      usual.maxObjectBytes,
    ),
    serveStaleSeconds: v.nullish(
      wholeNumber(0, maxTtlSeconds),
      usual.serveStaleSeconds,
    ),
    setCookie: v.nullish(
      oneOf(["never", "strip", "when-public", "as-rfc"]),
      usual.setCookie,
    ),
    requestDirectives: v.nullish(
      oneOf(["honoured", "ignored"]),
      usual.requestDirectives,
    ),
  }),
  v.transform((record): CacheSettings => ({
    ...record,
    mode: record.mode ?? usual.mode,
  })),
);

function named(expected: string, form: RegExp) {
  return textAs(expected, (text) => (form.test(text) ? text : null));
}

function namesOf<const Name extends v.GenericSchema<string, string>>(
  name: Name,
) {
  const most = 100;
  const expected = `a list of at most ${most} names`;
  return v.pipe(v.array(name, expected), v.maxLength(most, expected));
}
