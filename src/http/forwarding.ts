import { connectionFields, hopByHop } from "./connection.ts";
import { httpDate } from "./date.ts";
import { cgiName, fieldsOf, type FieldLine, type Fields } from "./fields.ts";
import { provenance } from "./forwarded.ts";
import { dropVisitedHost } from "./destination.ts";
import { mapLine, mapRedirect } from "./references.ts";
import { withoutRepetition } from "./repeated.ts";
import { continuesTrace, newTraceparent, type TraceIds } from "./trace.ts";

/** The step a message takes through this edge. */
export interface Hop {
  /** Our pseudonym in Via and our cdn-id in CDN-Loop: one token. */
  edge: string;
  /** The version by which this message, request or response, arrived: "1.1", "2". */
  httpVersion: string;
  scheme: "http" | "https";
  /** The visitor's Host as received, with its port. */
  host: string;
  clientAddress: string | null;
}

/**
 * Fields by which a proxy tells an origin who asks and for what. From a visitor they are claims, and origins believe them.
 * `Proxy` is here because CGI makes HTTP_PROXY of it.
 */
const claims = new Set([
  "client-ip",
  "fastly-client-ip",
  "forwarded",
  "proxy",
  "true-client-ip",
  "x-azure-clientip",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-host",
  "x-http-host-override",
  "x-originating-ip",
  "x-real-ip",
  "x-remote-addr",
  "x-remote-ip",
  "x-rewrite-url",
]);
const claimPrefixes = ["cf-", "mf-", "x-forwarded", "x-original-"];

/** Request fields this edge writes itself, answers itself (Expect), or counts down itself (Max-Forwards). */
const ours = new Set(["cdn-loop", "expect", "host", "max-forwards", "via"]);

/** Alt-Svc (RFC 7838) would lead visitors to the origin around the gate. */
const notForVisitors = new Set(["alt-svc", "via"]);

const token = String.raw`[^\s",;=]+`;
const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
const cdnInfo = `[ \\t]*${token}[ \\t]*(?:;[ \\t]*${token}(?:=(?:${token}|${quoted}))?[ \\t]*)*`;
const cdnLoop = new RegExp(`^${cdnInfo}(?:,${cdnInfo})*$`);

/**
 * Has this request passed `edge` already? RFC 8586 §2: each member is a cdn-id with parameters. A value outside that
 * grammar is a loop when our id stands anywhere in it, since to miss one costs more than to refuse one request.
 */
export function isLoop(fields: Fields, edge: string): boolean {
  const value = fields.get("cdn-loop");
  if (!value) return false;
  const ids = cdnLoop.test(value)
    ? value.replaceAll(new RegExp(quoted, "g"), "").replaceAll(/;[^,]*/g, "")
    : value;
  return ids
    .toLowerCase()
    .split(/[\s",;=]+/)
    .includes(edge.toLowerCase());
}

/**
 * RFC 9110 §7.6.2: whether a request ends here, and otherwise the Max-Forwards it goes on with: one less for OPTIONS and
 * TRACE, as received for other methods, null for none or one that is not a whole number. `OPTIONS *` ends here too: it asks
 * about the server as a whole (§9.3.7), and `fetch` cannot send a target that is no path.
 */
export function maxForwards(
  method: string,
  fields: Fields,
  target: string,
): { kind: "forward"; value: string | null } | { kind: "final" } {
  if (method === "OPTIONS" && target === "*") return { kind: "final" };
  const received = fields.get("max-forwards") ?? null;
  if (method !== "OPTIONS" && method !== "TRACE")
    return { kind: "forward", value: received };
  if (received === null || !/^\d+$/.test(received))
    return { kind: "forward", value: null };
  const left = Math.min(Number(received), Number.MAX_SAFE_INTEGER);
  return left === 0
    ? { kind: "final" }
    : { kind: "forward", value: String(left - 1) };
}

/**
 * Request fields for the origin, from those the visitor sent (RFC 9110 §7.6). Connection's own and forgeable ones are
 * gone before ours are added, so no visitor can name ours in Connection. Max-Forwards is left out: add what `maxForwards`
 * says. Host is the URL's.
 */
export function fieldsForOrigin(
  visitor: Iterable<FieldLine>,
  hop: Hop,
  options: { upgrade: "none" | "websocket"; traceIds: TraceIds },
): FieldLine[] {
  const lines = [...visitor];
  const received = fieldsOf(lines);
  const dropped = hopByHop(received);
  // RFC 9112 §6.1: beside Transfer-Encoding it says nothing of the body.
  const isUnframed = received.get("transfer-encoding") !== undefined;
  const forwarded = lines
    .filter(([name]) => {
      const read = cgiName(name);
      return (
        !dropped.has(name.toLowerCase()) &&
        !dropped.has(read) &&
        !(isUnframed && read === "content-length") &&
        !ours.has(read) &&
        !isClaim(read)
      );
    })
    .map((line) => dropVisitedHost(line, hop));
  // A tracestate without its traceparent means nothing (W3C Trace Context §3.3).
  const traced = continuesTrace(fieldsOf(forwarded))
    ? forwarded
    : [
        ...forwarded.filter(([name]) => !/^trace(?:parent|state)$/i.test(name)),
        newTraceparent(options.traceIds),
      ];
  return [
    ...traced,
    ["Via", withMember(received.get("via"), `${hop.httpVersion} ${hop.edge}`)],
    ["CDN-Loop", withMember(received.get("cdn-loop"), hop.edge)],
    ...provenance(hop),
    ...upgradeFields(options.upgrade),
  ];
}

/** The exchange that brought a response. */
export interface ResponseContext {
  status: number;
  /** URLs under which the visitor, and what is stored of the response, asked for it. */
  requested: readonly string[];
  /** All origins of the site, each "https://host[:port]". */
  origins: readonly string[];
  /** When the response arrived. */
  nowMs: number;
}

/**
 * Response fields for the visitor, from those of the origin (RFC 9110 §7.6): without the connection's and the proxy's own,
 * with Via (§7.6.3), and Date as received at `nowMs` when there was none (§6.6.1). References to an origin lead to the
 * visitor's host instead. Lines that are not changed are the same objects.
 */
export function fieldsForVisitor(
  origin: Iterable<FieldLine>,
  hop: Hop,
  context: ResponseContext,
): FieldLine[] {
  const lines = [...origin];
  const received = fieldsOf(lines);
  const dropped = hopByHop(received);
  const forwarded = lines
    .filter(([name]) => {
      const read = name.toLowerCase();
      return !dropped.has(read) && !notForVisitors.has(read);
    })
    .map((line) => lineForVisitor(withoutRepetition(line), hop, context));
  const dated = forwarded.some(([name]) => name.toLowerCase() === "date");
  const date: FieldLine[] = dated ? [] : [["Date", httpDate(context.nowMs)]];
  return [
    ...forwarded,
    ...date,
    ["Via", withMember(received.get("via"), `${hop.httpVersion} ${hop.edge}`)],
  ];
}

function lineForVisitor(
  line: FieldLine,
  { scheme, host }: Hop,
  { status, requested, origins }: ResponseContext,
): FieldLine {
  const mapped = mapLine(line, {
    visitorBase: `${scheme}://${host}`,
    origins,
  });
  const [name, value] = mapped;
  const isRedirect =
    status >= 300 && status <= 399 && name.toLowerCase() === "location";
  // What was left as it is stays the same object.
  if (mapped === line || !isRedirect) return mapped;
  return [name, mapRedirect(value, line[1], requested)];
}

/** Is this a field, by its lower-case name, of which an origin never sees what the visitor wrote? */
export function neverForwarded(name: string): boolean {
  const read = cgiName(name);
  return (
    connectionFields.has(read) ||
    isClaim(read) ||
    // The count of hops is the visitor's, and is only made smaller.
    (ours.has(read) && read !== "max-forwards")
  );
}

function isClaim(name: string): boolean {
  return (
    claims.has(name) || claimPrefixes.some((prefix) => name.startsWith(prefix))
  );
}

function withMember(list: string | null | undefined, member: string): string {
  return list ? `${list}, ${member}` : member;
}

function upgradeFields(upgrade: "none" | "websocket"): FieldLine[] {
  if (upgrade === "none") return [];
  return [
    ["Connection", "Upgrade"],
    ["Upgrade", "websocket"],
  ];
}
