import { expect, test } from "vitest";
import {
  proxyStatus,
  statusOfError,
  type ProxyError,
} from "../../src/http/proxy-status.ts";

test.each([
  ["§2.3.1", "dns_timeout", 504],
  ["§2.3.2", "dns_error", 502],
  ["§2.3.3", "destination_not_found", 500],
  ["§2.3.4", "destination_unavailable", 503],
  ["§2.3.5", "destination_ip_prohibited", 502],
  ["§2.3.7", "connection_refused", 502],
  ["§2.3.8", "connection_terminated", 502],
  ["§2.3.9", "connection_timeout", 504],
  ["§2.3.10", "connection_read_timeout", 504],
  ["§2.3.12", "connection_limit_reached", 503],
  ["§2.3.13", "tls_protocol_error", 502],
  ["§2.3.14", "tls_certificate_error", 502],
  ["§2.3.16", "http_request_error", 400],
  ["§2.3.17", "http_request_denied", 403],
  ["§2.3.18", "http_response_incomplete", 502],
  ["§2.3.27", "http_upgrade_failed", 502],
  ["§2.3.28", "http_protocol_error", 502],
  ["§2.3.29", "proxy_internal_response", 500],
  ["§2.3.30", "proxy_internal_error", 500],
  ["§2.3.31", "proxy_configuration_error", 500],
  ["§2.3.32", "proxy_loop_detected", 502],
] satisfies [string, ProxyError, number][])(
  "RFC 9209 %s %s is %i",
  (_, error, status) => {
    expect(statusOfError(error)).toBe(status);
  },
);

test.each([
  ["§2 a bare member", {}, null, "portcullis"],
  [
    "§2.1.1 an error is a Token",
    { error: "connection_refused" },
    null,
    "portcullis;error=connection_refused",
  ],
  [
    "§2.1.4 a received status is an Integer",
    { receivedStatus: 404 },
    null,
    "portcullis;received-status=404",
  ],
  [
    "§2.1.5 details are a String, escaped",
    { error: "dns_error", details: 'no "a\\b"' },
    undefined,
    String.raw`portcullis;error=dns_error;details="no \"a\\b\""`,
  ],
  [
    "§2 ours comes after the upstream's",
    {},
    "far; error=dns_error",
    "far; error=dns_error, portcullis",
  ],
  [
    "§2 an upstream's several members",
    {},
    '"a, b", c;d="e;f,g"; h=?1,1.5',
    '"a, b", c;d="e;f,g"; h=?1,1.5, portcullis',
  ],
] satisfies [
  string,
  Parameters<typeof proxyStatus>[1],
  string | null | undefined,
  string,
][])("RFC 9209 %s", (_, entry, upstream, value) => {
  expect(proxyStatus("portcullis", entry, upstream)).toBe(value);
});

test("RFC 9651 §3.3.3 what a String cannot hold is replaced", () => {
  expect(proxyStatus("portcullis", { details: "a\r\nü" })).toBe(
    'portcullis;details="a???"',
  );
});

test.each(["", "a b", "a,", ",a", 'a; x="', "a; X=1", "a;;b", "ü", "=a"])(
  "RFC 9651 §4.2 an upstream value that is no List (%j) does not spoil ours",
  (upstream) => {
    expect(proxyStatus("portcullis", { receivedStatus: 200 }, upstream)).toBe(
      "portcullis;received-status=200",
    );
  },
);
