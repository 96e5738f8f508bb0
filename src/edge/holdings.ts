import * as v from "valibot";
import type { Stored } from "../cache/stored.ts";
import type { Bytes } from "../world.ts";
import type { Edge } from "./edge.ts";
import { isUnshareable } from "./unshareable.ts";
import type { Held } from "./response-memory.ts";

/** A URL keeps no more variants than this, the newest. */
const mostVariants = 32;

/** Bodies up to this many bytes are held in memory; larger ones stay on the shelf and stream from there. */
export const largestInMemoryBytes = 2 ** 20;

/** All that is stored under a key: memory first, then this PoP's shelf. */
export async function find(key: string, edge: Edge): Promise<readonly Held[]> {
  const { isolate, world } = edge;
  const inMemory = isolate.responses.find(key);
  if (inMemory !== null) return inMemory;
  if (isUnshareable(key, "everybody", edge)) return [];
  const text = await world.recall(indexName(key));
  if (text === null) return [];
  const held = parseIndex(text).map(({ stored, name }): Held => ({
    stored,
    name,
    body: { kind: "shelf" },
  }));
  // Another request may have stored something newer while this one looked.
  const meanwhile = isolate.responses.find(key);
  if (meanwhile !== null) return meanwhile;
  isolate.responses.put(key, held);
  return held;
}

export function heldOf(stored: Stored, held: readonly Held[]): Held | null {
  return held.find((one) => one.stored === stored) ?? null;
}

/** Stores a response in the place of those it makes superfluous. */
export function hold(key: string, held: Held, edge: Edge): void {
  const others = (edge.isolate.responses.find(key) ?? []).filter(
    (other) => !isReplaced(other, held),
  );
  replace(key, [held, ...others].slice(0, mostVariants), edge);
}

/** Takes one stored response out. */
export function release(key: string, name: string, edge: Edge): void {
  const held = edge.isolate.responses.find(key) ?? [];
  const left = held.filter((one) => one.name !== name);
  if (left.length > 0) replace(key, left, edge);
  else releaseAll(key, edge);
}

/** Takes out all that is stored under a key. */
export function releaseAll(key: string, edge: Edge): void {
  edge.isolate.responses.drop(key);
  edge.world.later(edge.world.forget(indexName(key)));
}

/** The body of a stored response, a small one then held in memory; null, and no longer held, when the shelf has let it go. */
export async function bodyOf(
  key: string,
  held: Held,
  edge: Edge,
): Promise<Bytes | null> {
  if (held.body.kind === "memory") return held.body.bytes;
  const bytes = await edge.world.recallBytes(bodyName(held.name));
  if (bytes === null) {
    release(key, held.name, edge);
    return null;
  }
  if (held.stored.bodyLength > largestInMemoryBytes) return bytes;
  const whole = await collected(bytes);
  if (whole?.byteLength !== held.stored.bodyLength) {
    release(key, held.name, edge);
    return null;
  }
  const present = edge.isolate.responses.find(key) ?? [];
  edge.isolate.responses.put(
    key,
    present.map((one) =>
      one.name === held.name
        ? { ...one, body: { kind: "memory", bytes: whole } }
        : one,
    ),
  );
  return whole;
}

export const bodyName = (name: string) => `body/${name}`;

const indexName = (key: string) => `index/${key}`;

function replace(key: string, held: readonly Held[], edge: Edge): void {
  edge.isolate.responses.put(key, held);
  const index = held.map(({ stored, name }) => ({ stored, name }));
  edge.world.later(edge.world.keep(indexName(key), JSON.stringify(index)));
}

function isReplaced(other: Held, by: Held): boolean {
  return (
    isSameVariant(other.stored, by.stored) &&
    (by.stored.range === null || other.stored.range !== null)
  );
}

/** RFC 9111 §4.1: the same values of the same nominated fields select the same response. */
export function isSameVariant(one: Stored, other: Stored): boolean {
  return JSON.stringify(one.varyOn) === JSON.stringify(other.varyOn);
}

const milliseconds = v.number();
const Index = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(
    v.object({
      name: v.string(),
      stored: v.object({
        method: v.literal("GET"),
        status: v.number(),
        fields: v.array(v.tuple([v.string(), v.string()])),
        varyOn: v.array(v.tuple([v.string(), v.nullable(v.string())])),
        requestTimeMs: milliseconds,
        responseTimeMs: milliseconds,
        storedAtMs: milliseconds,
        bodyLength: v.number(),
        range: v.nullable(
          v.object({
            first: v.number(),
            last: v.number(),
            complete: v.number(),
          }),
        ),
      }),
    }),
  ),
);

/** Another version of the edge may have written it: what does not parse counts as nothing stored. */
function parseIndex(text: string): { name: string; stored: Stored }[] {
  const index = v.safeParse(Index, text);
  return index.success ? index.output : [];
}

/** All bytes of a body, or null when it breaks off. */
export async function collected(bytes: Bytes): Promise<Uint8Array | null> {
  if (bytes instanceof Uint8Array) return bytes;
  const whole = new Response(bytes).arrayBuffer();
  return whole.then(
    (buffer) => new Uint8Array(buffer),
    () => null,
  );
}
