import type { Fields, FieldLine } from "./fields.ts";

/** Lower-case hexadecimal: `trace` of 32 digits, `parent` of 16, neither all zero. */
export interface TraceIds {
  trace: string;
  parent: string;
}

const ids = "(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}";

// Version 00 ends with its flags; what later ones append is theirs to say; ff is none (W3C Trace Context §3.2.2, §3.2.4).
const valid = new RegExp(
  `^(?:00-${ids}|(?!00|ff)[0-9a-f]{2}-${ids}(?:-[^,]*)?)$`,
);

/** Does this request continue a trace? W3C Trace Context §3.2.2; several lines of traceparent continue none. */
export function continuesTrace(fields: Fields): boolean {
  return continuedTrace(fields) !== null;
}

/** The ids of the trace that a request continues, or null where it continues none. */
export function continuedTrace(fields: Fields): TraceIds | null {
  const field = fields.get("traceparent") ?? "";
  if (!valid.test(field)) return null;
  const [, trace = "", parent = ""] = field.split("-");
  return { trace, parent };
}

/** The ids of the trace that a request continues, or of one that begins here. `randomHex` gives random bytes as hexadecimal digits. */
export function traceIdsOf(
  fields: Fields,
  randomHex: (bytes: number) => string,
): TraceIds {
  return (
    continuedTrace(fields) ?? { trace: randomHex(16), parent: randomHex(8) }
  );
}

/** The first line of a trace (W3C Trace Context §3.2). Its flags say "not sampled": the edge keeps no spans. */
export function newTraceparent({ trace, parent }: TraceIds): FieldLine {
  return ["traceparent", `00-${trace}-${parent}-00`];
}
