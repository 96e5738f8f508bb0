import type { FieldLine } from "./fields.ts";
import { canonicalHost, portUnlessDefault } from "./host.ts";

/*
 * WebDAV's references in requests are what Location is in responses, the other way round. An origin compares Destination
 * (RFC 4918 §10.3) and the tags of If (§10.4.2) with the Host it is asked under, its own, and refuses those of another server
 * (§9.9.4). Origin and Referer are not mapped: they say where the visitor is, and answers to them (CORS, checks of a form's
 * sender) are held against X-Forwarded-Host. So an origin that writes Origin back into Access-Control-Allow-Origin is right
 * as it is, and only its own name there is mapped.
 *
 * Which origin of the pool is asked shows late, so there are two steps: one to a path, which means "on this server"
 * (§8.3), and one from the path to the origin that is asked.
 */

const absolute = /^(?:([a-z][a-z0-9+.-]*):)?\/\/([^/?#]*)(.*)$/is;

type MapReference = (reference: string) => string;

/** RFC 4918: a line of a visitor's request whose references to the visited host are paths. The same line otherwise. */
export function dropVisitedHost(
  line: FieldLine,
  visited: { scheme: "http" | "https"; host: string },
): FieldLine {
  return mapLine(line, (reference) => {
    const [, scheme, authority, rest] = absolute.exec(reference) ?? [];
    if (authority === undefined || rest === undefined) return reference;
    const named = scheme?.toLowerCase() ?? visited.scheme;
    if (named !== "http" && named !== "https") return reference;
    const host = canonicalHost(authority);
    const isVisited =
      host.ok &&
      host.value + portUnlessDefault(authority, named) === visited.host;
    // Without a scheme it would be taken for a path by the next step.
    if (!isVisited)
      return scheme === undefined ? `${named}:${reference}` : reference;
    return rest.startsWith("/") ? rest : `/${rest}`;
  });
}

/** RFC 4918: request fields for an origin that is asked as `origin` ("https://host[:port]"), the paths of `dropVisitedHost` as URLs on it. */
export function addOrigin(
  lines: readonly FieldLine[],
  origin: string,
): FieldLine[] {
  return lines.map((line) =>
    mapLine(line, (reference) =>
      reference.startsWith("/") ? origin + reference : reference,
    ),
  );
}

function mapLine(line: FieldLine, map: MapReference): FieldLine {
  const [name, value] = line;
  const mapped = mapValue(name, value, map);
  return mapped === value ? line : [name, mapped];
}

function mapValue(name: string, value: string, map: MapReference): string {
  switch (name.toLowerCase()) {
    case "destination":
      return map(value);
    case "if":
      return mapTags(value, map);
    default:
      return value;
  }
}

/** RFC 4918 §10.4.2: resource tags stand before the lists in parentheses, in which state tokens look the same. */
function mapTags(value: string, map: MapReference): string {
  // Each alternative ends at the value's end at the latest, so a hostile value costs no more than its length.
  return value.replaceAll(
    /\((?:"[^"]*(?:"|$)|<[^>]*(?:>|$)|[^)"<])*(?:\)|$)|<([^>]*)(?:>|$)/g,
    (found: string, tag: string | undefined) =>
      tag === undefined ? found : found.replace(tag, () => map(tag)),
  );
}
