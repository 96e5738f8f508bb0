import type { Fields } from "../http/fields.ts";
import type { ByteRange } from "./ranges.ts";
import type { Stored } from "./stored.ts";
import { strongValidators } from "./strong.ts";

type Part = NonNullable<Stored["range"]>;

/** A run of the joined bytes and which of the two responses to take it from. */
interface Piece extends ByteRange {
  from: "held" | "arrived";
}

/** What a partial response that has arrived does to the one held for the same resource and variant. */
export type Join =
  /** All bytes are there: what is stored is a 200 again. */
  | { kind: "complete"; pieces: Piece[] }
  | { kind: "longer"; range: Part; pieces: Piece[] }
  | { kind: "nothing-new" }
  /** They stay two responses, of which the newer is the one to keep. */
  | { kind: "apart"; because: "no-strong-validator" | "other-content" | "gap" };

/**
 * The part a 206 carries, by its Content-Range (RFC 9110 §14.4); null when that is missing, malformed, without the complete
 * length, or of another length than the `bodyLength` bytes of the body, where that is known: such a response is never stored.
 */
export function partOf(
  response: Fields,
  bodyLength: number | null,
): Part | null {
  const [, first, last, complete] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i
      .exec((response.get("content-range") ?? "").trim())
      ?.map(Number) ?? [];
  if (first === undefined || last === undefined || complete === undefined)
    return null;
  const length = last - first + 1;
  const sound =
    last < complete && length > 0 && (bodyLength ?? length) === length;
  return sound ? { first, last, complete } : null;
}

/**
 * RFC 9110 §15.3.7.3, RFC 9111 §3.4: parts are joined only under the same strong validator, and here only into one run,
 * so that a stored response has one part and its pieces are two at most. Fields are then updated as after a validation.
 */
export function join(stored: Stored, arrived: Stored & { range: Part }): Join {
  const [validator] = strongValidators(stored);
  const [arrivedValidator] = strongValidators(arrived);
  if (validator === undefined || arrivedValidator === undefined)
    return { kind: "apart", because: "no-strong-validator" };
  const complete = stored.range?.complete ?? stored.bodyLength;
  if (
    complete === null ||
    validator !== arrivedValidator ||
    complete !== arrived.range.complete
  )
    return { kind: "apart", because: "other-content" };

  const have = stored.range ?? { first: 0, last: complete - 1 };
  const came = arrived.range;
  if (came.first > have.last + 1 || have.first > came.last + 1)
    return { kind: "apart", because: "gap" };
  const pieces: Piece[] = [
    { first: have.first, last: have.last, from: "held" },
  ];
  if (came.first < have.first)
    pieces.unshift({
      first: came.first,
      last: have.first - 1,
      from: "arrived",
    });
  if (came.last > have.last)
    pieces.push({ first: have.last + 1, last: came.last, from: "arrived" });
  if (pieces.length === 1) return { kind: "nothing-new" };

  const first = Math.min(have.first, came.first);
  const last = Math.max(have.last, came.last);
  return first === 0 && last === complete - 1
    ? { kind: "complete", pieces }
    : { kind: "longer", range: { first, last, complete }, pieces };
}
