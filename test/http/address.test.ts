import { expect, test } from "vitest";
import { privateAddress } from "../../src/http/address.ts";

test.each([
  ["this host", "0.0.0.0", "unspecified"],
  ["loopback", "127.0.0.1", "loopback"],
  ["all of loopback", "127.255.255.254", "loopback"],
  ["loopback in short", "127.1", "loopback"],
  ["loopback in octal", "0177.0.0.1", "loopback"],
  ["loopback in hexadecimal", "0x7f.0.0.1", "loopback"],
  ["loopback as one number", "2130706433", "loopback"],
  ["loopback with a trailing dot", "127.0.0.1.", "loopback"],
  ["RFC 1918 10/8", "10.255.0.1", "private"],
  ["RFC 1918 172.16/12, first", "172.16.0.0", "private"],
  ["RFC 1918 172.16/12, last", "172.31.255.255", "private"],
  ["RFC 1918 192.168/16", "192.168.1.1", "private"],
  ["RFC 3927 link-local, cloud metadata", "169.254.169.254", "linkLocal"],
  ["RFC 6598 shared space", "100.64.0.1", "carrierGradeNat"],
  ["RFC 6598 another cloud's metadata", "100.100.100.200", "carrierGradeNat"],
  ["multicast", "224.0.0.1", "multicast"],
  ["broadcast", "255.255.255.255", "broadcast"],
  ["class E", "240.0.0.1", "reserved"],
  ["documentation", "192.0.2.1", "reserved"],
  ["a platform's wire server", "168.63.129.16", "platform"],
  ["IPv6 unspecified", "[::]", "unspecified"],
  ["IPv6 loopback", "[::1]", "loopback"],
  ["IPv6 link-local", "[fe80::1]", "linkLocal"],
  ["IPv6 site-local", "[fec0::1]", "deprecatedSiteLocal"],
  ["IPv6 unique local, cloud metadata", "[fd00:ec2::254]", "uniqueLocal"],
  ["IPv6 multicast", "[ff02::1]", "multicast"],
  ["IPv6 documentation", "[2001:db8::1]", "reserved"],
  ["IPv6 not assigned", "[4000::1]", "not assigned"],
  ["IPv4-mapped loopback", "[::ffff:127.0.0.1]", "ipv4Mapped"],
  ["IPv4-compatible loopback", "[::127.0.0.1]", "address"],
  ["NAT64 of a private address", "[64:ff9b::10.0.0.1]", "rfc6052"],
  ["NAT64 of a local prefix", "[64:ff9b:1::a00:1]", "rfc6052"],
  ["6to4 of loopback", "[2002:7f00:1::]", "6to4"],
  ["Teredo", "[2001:0:7f00:1::]", "teredo"],
  [
    "an embedded address is refused even when it is public",
    "[::ffff:8.8.8.8]",
    "ipv4Mapped",
  ],
  ["localhost", "localhost", ".localhost"],
  ["localhost with a trailing dot", "LocalHost.", ".localhost"],
  ["under localhost", "a.localhost", ".localhost"],
  ["cloud metadata by name", "metadata.google.internal", ".internal"],
  ["mDNS", "printer.local.", ".local"],
  ["RFC 8375 a home network", "nas.home.arpa", ".home.arpa"],
  ["a name the resolver completes", "metadata", "without a domain"],
  ["not a host", "a b", "not a host name"],
  ["two trailing dots", "localhost..", "not a host name"],
])("not reached: %s", (_, hostname, why) => {
  expect(privateAddress(hostname)).toContain(why);
});

test.each([
  ["a name", "origin.example"],
  ["a name with a trailing dot", "origin.example."],
  ["a name that only begins like a private one", "localhost.example"],
  ["a name that only ends like a private one", "mylocal.notinternal"],
  ["IPv4", "8.8.8.8"],
  ["IPv4 just before RFC 1918's 172.16/12", "172.15.255.255"],
  ["IPv4 just after RFC 1918's 172.16/12", "172.32.0.0"],
  ["IPv6", "[2606:4700:4700::1111]"],
])("reached: %s", (_, hostname) => {
  expect(privateAddress(hostname)).toBeNull();
});
