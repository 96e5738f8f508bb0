import type { FieldLine } from "../http/fields.ts";

/**
 * Where the bytes of a line are that the runtime could not read. It takes field values for UTF-8 and puts U+FFFD for what is
 * none, as Latin-1 file names are not; only a copy of the Headers as they arrived still has the bytes.
 */
const undecoded = new WeakMap<FieldLine, Headers>();
const replacement = "\u{fffd}";

/** The lines of a message as it arrived; iterating Headers gives each Set-Cookie a line of its own. */
export function linesOf(headers: Headers): FieldLine[] {
  const lines: FieldLine[] = [];
  // One call into the runtime, where an iterator makes one a line.
  headers.forEach((value, name) => lines.push([name, value]));
  for (const [name, value] of lines)
    if (value.includes(replacement))
      for (const line of lines)
        if (line[0] === name) undecoded.set(line, headers);
  return lines;
}

/**
 * Headers with these lines. Lines that are still those of `linesOf` go out byte for byte as they arrived, for one message
 * among their sources; what was mapped or stored as text in between is sent as it reads.
 */
export function headersOf(lines: readonly FieldLine[]): Headers {
  if (!Object.isFrozen(lines)) return newHeaders(lines);
  const before = frozen.get(lines);
  if (before !== undefined) return before;
  const headers = newHeaders(lines);
  frozen.set(lines, headers);
  return headers;
}

// Lines that never change are those of a message that is sent again and again.
const frozen = new WeakMap<readonly FieldLine[], Headers>();

function newHeaders(lines: readonly FieldLine[]): Headers {
  const source = sourceOf(lines);
  if (source === null) return withLines(new Headers(), lines);
  const copy = new Headers(source);
  const exact = new Set(
    [...source.keys()].filter((name) => isWhole(name, lines, source)),
  );
  for (const name of source.keys()) if (!exact.has(name)) copy.delete(name);
  return withLines(
    copy,
    lines.filter(([name]) => !exact.has(name.toLowerCase())),
  );
}

/** Where the bytes of a damaged line among these are. */
function sourceOf(lines: readonly FieldLine[]): Headers | null {
  for (const line of lines) {
    const source = line[1].includes(replacement) ? undecoded.get(line) : null;
    if (source) return source;
  }
  return null;
}

/** Are the lines of this name all those of `source`, and none besides? */
function isWhole(
  name: string,
  lines: readonly FieldLine[],
  source: Headers,
): boolean {
  const own = lines.filter((line) => line[0].toLowerCase() === name);
  const arrived = [...source.keys()].filter((other) => other === name);
  return (
    own.length === arrived.length &&
    own.every((line) => undecoded.get(line) === source)
  );
}

function withLines(headers: Headers, lines: readonly FieldLine[]): Headers {
  for (const [name, value] of lines) headers.append(name, value);
  return headers;
}
