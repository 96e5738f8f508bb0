import type { FieldLine } from "./fields.ts";

/** Response fields of one value (RFC 9110 §5.5, and each one's own definition), which a list of equal ones spoils. */
const singletons: ReadonlySet<string> = new Set([
  "access-control-allow-credentials",
  "access-control-allow-origin",
  "access-control-max-age",
  "age",
  "content-disposition",
  "content-length",
  "content-location",
  "content-range",
  "content-type",
  "date",
  "etag",
  "expires",
  "last-modified",
  "location",
  "retry-after",
  "server",
  "strict-transport-security",
  "x-content-type-options",
  "x-frame-options",
]);

/**
 * Such a field that came in several lines, each time the same, with its value once (as RFC 9110 §8.6 has it for
 * Content-Length): the runtime joins lines of a name, which only means the same for lists (§5.3). Other lines are the same
 * objects.
 */
export function withoutRepetition(line: FieldLine): FieldLine {
  const [name, value] = line;
  if (!value.includes(", ") || !singletons.has(name.toLowerCase())) return line;
  for (
    let at = value.indexOf(", ");
    at !== -1;
    at = value.indexOf(", ", at + 1)
  ) {
    const once = value.slice(0, at);
    const times = (value.length + 2) / (once.length + 2);
    if (Number.isInteger(times) && value === Array(times).fill(once).join(", "))
      return [name, once];
  }
  return line;
}
