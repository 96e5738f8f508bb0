import { fieldsOf as fieldsOfLines } from "../http/fields.ts";
import type { FieldLine, Fields } from "../http/fields.ts";

/** The request's value of one field that Vary nominates, normalised (RFC 9111 §4.1); null when the field was absent. */
export type Nominated = readonly [name: string, normalised: string | null];

/** What is known of one stored response. Whoever holds it keeps its body. */
export interface Stored {
  method: "GET";
  status: number;
  /** As received, less what RFC 9111 §3.1 says not to keep. */
  fields: readonly FieldLine[];
  varyOn: readonly Nominated[];
  /**
   * Fields that its request had and Vary does not name: another request has to have them alike (RFC 9111 §4.1). With "*" among
   * them its request was sent as received, and another has to have no others either, whatever they are.
   */
  unlisted: readonly Nominated[];
  /** RFC 9111 §4.2.3; both renewed by every validation. A soft purge is compared with `requestTimeMs`. */
  requestTimeMs: number;
  responseTimeMs: number;
  /** When the exchange that got the body began; no validation changes it. A hard purge is compared with it. */
  bodyRequestTimeMs: number;
  /** Bytes of the body; null while it arrives without a stated length. */
  bodyLength: number | null;
  /** The part held when the response was a 206, as byte positions and the complete length; null when it is whole. */
  range: { first: number; last: number; complete: number } | null;
}

// A stored response is looked at again and again, and its fields never change.
const known = new WeakMap<readonly FieldLine[], Fields>();

/** The fields a stored response came with, by name. */
export function fieldsOf({ fields }: Pick<Stored, "fields">): Fields {
  const before = known.get(fields);
  if (before !== undefined) return before;
  const byName = fieldsOfLines(fields);
  known.set(fields, byName);
  return byName;
}
