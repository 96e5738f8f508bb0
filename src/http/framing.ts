import { fieldsOf, type FieldLine, type Fields } from "./fields.ts";

/** What must be done with a message's body before its bytes are those that its fields describe (RFC 9112 §6). */
export type Framing =
  | { kind: "plain"; fields: readonly FieldLine[] }
  | {
      kind: "coded";
      coding: "gzip" | "deflate";
      fields: readonly FieldLine[];
    }
  /** The fields are right all the same for a message without a body. */
  | { kind: "not-decodable"; codings: string; fields: readonly FieldLine[] };

const known = new Set([
  "br",
  "chunked",
  "compress",
  "deflate",
  "gzip",
  "x-compress",
  "x-gzip",
  "zstd",
]);

/**
 * The framing of a message whose chunks have been put together, and its fields without Transfer-Encoding and without a
 * Content-Length beside it, which is not the body's (RFC 9112 §6.1, §6.3).
 */
export function framingOf(lines: readonly FieldLine[]): Framing {
  const received = fieldsOf(
    lines.filter(([name]) => name.toLowerCase() === "transfer-encoding"),
  );
  if (applied(received).length === 0)
    return { kind: "plain", fields: lines.map(withOneLength) };
  const fields = lines.filter(
    ([name]) => !/^(?:transfer-encoding|content-length)$/i.test(name),
  );
  // A name that no registry of codings has (RFC 9112 §7.3, RFC 9110 §16.6.1) is a mistake: nobody could have applied it.
  const codings = transferCodings(received).filter((name) => known.has(name));
  const [coding, ...more] = codings;
  if (coding === undefined) return { kind: "plain", fields };
  if (more.length === 0 && (coding === "gzip" || coding === "x-gzip"))
    return { kind: "coded", coding: "gzip", fields };
  if (more.length === 0 && coding === "deflate")
    return { kind: "coded", coding, fields };
  return { kind: "not-decodable", codings: codings.join(", "), fields };
}

/** RFC 9112 §7: the lower-case codings of a message besides the chunks it came in, in the order in which they were applied. */
export function transferCodings(fields: Fields): string[] {
  const codings = applied(fields);
  return codings.at(-1) === "chunked" ? codings.slice(0, -1) : codings;
}

function applied(fields: Fields): string[] {
  const value = fields.get("transfer-encoding");
  if (!value) return [];
  return (
    value
      .toLowerCase()
      .split(",")
      .map((coding) => coding.replace(/;.*$/s, "").trim())
      // RFC 2616 §3.6 had "identity" for none, and then a Content-Length counts.
      .filter((coding) => coding !== "" && coding !== "identity")
  );
}

/** RFC 9112 §6.3: a Content-Length given several times over, each time the same, is one. */
function withOneLength(line: FieldLine): FieldLine {
  const [name, value] = line;
  if (!value.includes(",") || name.toLowerCase() !== "content-length")
    return line;
  const [length = "", ...more] = value.split(",").map((part) => part.trim());
  return more.every((other) => other === length) ? [name, length] : line;
}
