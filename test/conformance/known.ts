const age =
  "RFC 9111 §5.1: of several values of Age the first counts, and an invalid one is ignored. The suite is older and expects such responses to be stale.";
const numbered =
  "The edge answers 502, as it must. The suite takes only what its origin numbered for uncached, and an answer that the origin broke off has no number.";
const method =
  "workerd answers 501 to M-SEARCH before the Worker sees the request.";
const miscounted =
  "The suite's Content-Range names six bytes and its body has five: a part that is not what it says is not stored.";

/** Why a required or optimal test of the suite cannot pass, by its id. */
export const known: Readonly<Record<string, string>> = {
  "age-parse-nonnumeric": age,
  "age-parse-negative": age,
  "age-parse-float": age,
  "age-parse-prefix-twoline": age,
  "age-parse-dup-0": age,
  "age-parse-dup-0-twoline": age,
  "age-parse-dup-old": age,
  "stale-close-must-revalidate": numbered,
  "stale-close-proxy-revalidate": numbered,
  "stale-close-no-cache": numbered,
  "stale-close-s-maxage=2": numbered,
  "vary-cache-key":
    "The two requests have another value of a field that Vary does not name. An answer may depend on it all the same, so only requests with the same value share one.",
  "conditional-lm-fresh-no-lm":
    "RFC 9111 §4.3.2: without Last-Modified the Date is compared with If-Modified-Since, and here it is later.",
  "304-etag-update-response-ETag":
    "RFC 9111 §4.3.4: a 304 with another strong validator updates no stored response, so the edge asks again without condition.",
  "invalidate-M-SEARCH": method,
  "invalidate-M-SEARCH-failed": method,
  "invalidate-M-SEARCH-cl": method,
  "partial-store-partial-reuse-partial": miscounted,
  "partial-store-partial-reuse-partial-byterange": miscounted,
  "partial-store-partial-reuse-partial-absent": miscounted,
  "partial-store-partial-reuse-partial-suffix": miscounted,
  "partial-store-partial-complete":
    "RFC 9111 §3.4: parts are combined by a strong validator, and the suite sends none.",
};
