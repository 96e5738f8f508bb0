import ipaddr from "ipaddr.js";
import type { Parsed } from "../parse/parsed.ts";
import type { Fields } from "./fields.ts";
import { isAddress } from "./forwarded.ts";

/** In what proxies say who their clients are: X-Forwarded-For and X-Forwarded-Proto, or Forwarded (RFC 7239). */
export type ForwardingField = "x-forwarded-for" | "forwarded";

export type AddressRange = [
  start: ipaddr.IPv4 | ipaddr.IPv6,
  prefixBits: number,
];

/** Who asks, as far as proxies that are believed have said. */
export interface Client {
  address: string | null;
  /** How they asked the outermost of these proxies. */
  scheme: "http" | "https" | null;
}

/** Is this the name of a field in which proxies may write a country, or nothing for none? */
export function mayBeCountryField(name: string): boolean {
  return /^[A-Za-z0-9-]{0,64}$/.test(name);
}

/** Addresses and CIDR ranges (RFC 4632), with spaces or commas between them. */
export function parseAddressRanges(text: string): Parsed<AddressRange[]> {
  const ranges: AddressRange[] = [];
  for (const word of text.split(/[\s,]+/).filter(Boolean)) {
    const range = rangeOf(word);
    if (range === null)
      return {
        ok: false,
        problem: `${JSON.stringify(word)} is no address and no range, expected such as 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32`,
      };
    ranges.push(range);
  }
  return { ok: true, value: ranges };
}

function rangeOf(word: string): AddressRange | null {
  if (ipaddr.isValidCIDR(word)) return ipaddr.parseCIDR(word);
  const address = addressOf(word);
  return address === null
    ? null
    : [address, address.kind() === "ipv4" ? 32 : 128];
}

/**
 * Who asks, where the request came from a proxy that is believed. Read from the end, where that proxy has written, the first
 * address that is no further proxy's is the client's; what stands before it is the client's own claim. The field that is not
 * asked for is a claim too: the proxy may have passed it on as it came.
 */
export function clientOf(
  fields: Fields,
  {
    field,
    further,
  }: { field: ForwardingField; further: readonly AddressRange[] },
): Client {
  const hops = field === "forwarded" ? forwarded(fields) : xForwarded(fields);
  let client: Client = { address: null, scheme: null };
  for (const { node, proto } of hops.toReversed()) {
    const address = addressOf(withoutPort(node));
    const scheme = proto === "http" || proto === "https" ? proto : null;
    client = {
      address: address?.toString() ?? null,
      scheme: scheme ?? client.scheme,
    };
    if (address === null || !isAmong(address, further)) break;
  }
  return client;
}

/** One step of a request: who sent it, and by which scheme. */
interface ForwardingHop {
  node: string;
  proto: string;
}

function xForwarded(fields: Fields): ForwardingHop[] {
  const nodes = (fields.get("x-forwarded-for") ?? "").split(",");
  // Most proxies write the scheme of their own client, and replace what there was.
  const proto = fields.get("x-forwarded-proto")?.split(",").at(-1) ?? "";
  return nodes
    .map((node) => node.trim())
    .filter(Boolean)
    .map((node) => ({ node, proto: proto.trim().toLowerCase() }));
}

/** RFC 7239 §4: elements of pairs; a value may stand in quotes, and commas and semicolons with it. */
function forwarded(fields: Fields): ForwardingHop[] {
  const value = fields.get("forwarded") ?? "";
  return pieces(value, /(?:"(?:[^"\\]|\\.)*(?:"|\\?$)|[^,"])+/g).map(
    (element) => {
      const pairs = new Map(
        pieces(element, /(?:"(?:[^"\\]|\\.)*(?:"|\\?$)|[^;"])+/g).map(pairOf),
      );
      return {
        node: pairs.get("for") ?? "",
        proto: (pairs.get("proto") ?? "").toLowerCase(),
      };
    },
  );
}

function pieces(text: string, piece: RegExp): string[] {
  return (text.match(piece) ?? []).map((one) => one.trim()).filter(Boolean);
}

function pairOf(pair: string): [string, string] {
  const equals = pair.indexOf("=");
  const value = pair.slice(equals + 1);
  const unquoted = value.startsWith('"')
    ? value.replaceAll(/^"|"$/g, "").replaceAll(/\\(.)/g, "$1")
    : value;
  return [pair.slice(0, equals).toLowerCase(), unquoted];
}

/** RFC 7239 §6: "192.0.2.43:47011", "[2001:db8::17]:4711". */
function withoutPort(node: string): string {
  const [, inBrackets, before] =
    /^(?:\[([^\]]*)\](?::\w+)?|([^:]*):\w+)$/.exec(node) ?? [];
  return inBrackets ?? before ?? node;
}

/** An IPv4 address that came in the form of IPv6 is the same. */
function addressOf(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return isAddress(text) ? ipaddr.process(text) : null;
}

function isAmong(
  address: ipaddr.IPv4 | ipaddr.IPv6,
  ranges: readonly AddressRange[],
): boolean {
  const among: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [...ranges];
  return ipaddr.subnetMatch(address, { among }, "outside") === "among";
}
