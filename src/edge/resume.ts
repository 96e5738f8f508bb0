import { partOf } from "../cache/partial.ts";
import { strongValidators } from "../cache/strong.ts";
import { fieldsOf } from "../cache/stored.ts";
import { askOrigin, discard } from "./ask-origin.ts";
import { findSlice } from "./cache-store.ts";
import type { RequestContext } from "./context.ts";
import type { Edge } from "./edge.ts";
import type { CacheEntry } from "./isolate-cache.ts";
import { chunksOf, restOfSlice, type BodyAccess } from "./stored-body.ts";

/** How a request gets at the bytes of an entry that are not in memory: from the PoP cache, else once more from the origin. */
export function accessFor(
  context: RequestContext,
  entry: CacheEntry,
  edge: Edge,
): BodyAccess {
  const fromOrigin = (at: number) => readRest(context, entry, at, edge);
  return {
    world: edge.world,
    fromOrigin,
    async *slice(at) {
      const { key } = context.resource;
      const slice = await findSlice(key, entry, at, edge);
      yield* slice === null ? fromOrigin(at) : restOfSlice(slice, at);
    },
  };
}

/**
 * Asks the origin for the rest of a body whose beginning the visitor has already got. The bytes must be of the very same body,
 * so that a strong validator has to vouch for them (RFC 9110 §13.1.5); without one the visitor's body breaks off.
 */
async function* readRest(
  context: RequestContext,
  { stored }: CacheEntry,
  at: number,
  edge: Edge,
): AsyncGenerator<Uint8Array, void, void> {
  const [validator] = strongValidators(stored);
  if (validator === undefined)
    throw new Error("a part of the stored body is gone");
  const first = (stored.range?.first ?? 0) + at;
  const { sent } = await askOrigin(
    context,
    {
      conditions: [],
      range: [
        ["Range", `bytes=${first}-${stored.range?.last ?? ""}`],
        ["If-Range", validator],
      ],
      nominated: stored.varyOn.map(([name]) => name),
    },
    edge,
  );
  if (sent.kind === "failed") throw new Error(sent.details);
  const { status, fields, body } = sent.response;
  const part = status === 206 ? partOf(fieldsOf({ fields }), null) : null;
  const complete = stored.range?.complete ?? stored.bodyLength;
  const isTheRest =
    part?.first === first &&
    part.last === (stored.range?.last ?? part.complete - 1) &&
    (complete === null || part.complete === complete) &&
    isOfSame(validator, fields, sent.responseTimeMs);
  if (!isTheRest || body === null) {
    discard(sent);
    throw new Error("the origin has another body by now");
  }
  let left = part.last - part.first + 1;
  for await (const bytes of chunksOf(body)) {
    left -= bytes.byteLength;
    yield bytes;
  }
  if (left !== 0) throw new Error("the origin broke off");
}

/** A 206 to If-Range may leave out the validator that it answers to (RFC 9110 §15.3.7), but not have another one. */
function isOfSame(
  validator: string,
  fields: readonly (readonly [string, string])[],
  responseTimeMs: number,
): boolean {
  const found = strongValidators({ fields, responseTimeMs });
  return found.length === 0 || found.includes(validator);
}
