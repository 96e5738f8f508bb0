import { describe, expect, test } from "vitest";
import { isRepeatable, mayTryNext } from "../../src/origin/retry.ts";

describe("RFC 9110 §9.2.2: a request goes on to the next origin", () => {
  test.each([
    ["GET", "none", "connection_terminated", "perhaps", true],
    ["HEAD", "none", "connection_read_timeout", "perhaps", true],
    ["OPTIONS", "none", "connection_terminated", "perhaps", true],
    ["PUT", "none", "connection_terminated", "perhaps", true],
    ["DELETE", "none", "connection_terminated", "perhaps", true],
    ["POST", "none", "connection_terminated", "perhaps", false],
    ["PATCH", "none", "connection_terminated", "perhaps", false],
    ["PROPFIND", "none", "connection_terminated", "perhaps", false],
    // The method's name is case-sensitive (§9.1).
    ["delete", "none", "connection_terminated", "perhaps", false],
    // Content that was read has gone.
    ["PUT", "streaming", "connection_terminated", "perhaps", false],
    ["POST", "streaming", "connection_refused", "perhaps", false],
    ["PUT", "streaming", "connection_refused", "nothing", true],
    ["POST", "streaming", "connection_refused", "nothing", true],
    ["POST", "none", "connection_refused", "nothing", true],
    // No origin would see more of these.
    ["PUT", "streaming", "http_request_error", "perhaps", false],
    ["GET", "none", "http_request_error", "nothing", false],
    ["GET", "none", "http_request_denied", "perhaps", false],
  ] as const)(
    "%s, content %s, %s, sent %s: %s",
    (method, content, error, sent, expected) => {
      expect(mayTryNext({ method, content }, { error, sent })).toBe(expected);
    },
  );
});

test("what may be applied twice, and has no content that streams, may be sent twice", () => {
  expect(isRepeatable({ method: "PUT", content: "none" })).toBe(true);
  expect(isRepeatable({ method: "PUT", content: "streaming" })).toBe(false);
  expect(isRepeatable({ method: "POST", content: "none" })).toBe(false);
});
