import { partOf, join } from "../cache/partial.ts";
import { mayStore, type Received, type Refusal } from "../cache/storing.ts";
import { fieldsOf, type Stored } from "../cache/stored.ts";
import type { Bytes } from "../world.ts";
import type { Asked } from "./asked.ts";
import { concatenated } from "./bytes.ts";
import { copied, type Copy } from "./copy.ts";
import type { Edge } from "./edge.ts";
import type { OriginFlight } from "./origin-flight.ts";
import { find, hold, isSameVariant } from "./holdings.ts";
import { noteUnshareable } from "./unshareable.ts";
import type { Held } from "./response-memory.ts";

/** Whether what arrived is being stored while it goes on to the visitor. */
export type Keeping =
  | { kind: "stored"; visitor: Bytes }
  | { kind: "passed"; visitor: Bytes; because: Refusal | "too-large" };

type Storable = Omit<Stored, "bodyLength" | "range">;

/** Step 7: stores what may be stored (RFC 9111 §3); those who wait for the flight learn how it went. */
export function keep(
  asked: Asked,
  received: Received,
  body: Bytes,
  flight: OriginFlight,
  edge: Edge,
): Keeping {
  const { request, site, url, resource } = asked;
  const { maxObjectBytes } = site.cache;
  const storing = mayStore(
    { method: request.method, url, fields: request.fields },
    received,
    site.cache,
  );
  const refuse = (because: Refusal | "too-large"): Keeping => {
    flight.land({ kind: "unshareable" });
    return { kind: "passed", visitor: body, because };
  };
  if (storing.kind === "refuse") {
    noteUnshareable(resource.key, received.status, storing.because, edge);
    return refuse(storing.because);
  }
  const statedLength = statedLengthOf(received, body);
  if (statedLength !== null && statedLength > maxObjectBytes)
    return refuse("too-large");
  const isPart = received.status === 206;
  if (isPart && partOf(fieldsOf(received), statedLength ?? -1) === null)
    return refuse("status");

  const name = edge.world.randomHex(16);
  const { visitor, copy } = copied(body, name, maxObjectBytes, edge.world);
  edge.world.later(
    copy.then((made) =>
      settle(asked, storing.stored, name, made, flight, edge),
    ),
  );
  return { kind: "stored", visitor };
}

async function settle(
  asked: Asked,
  storable: Storable,
  name: string,
  copy: Copy,
  flight: OriginFlight,
  edge: Edge,
): Promise<void> {
  if (copy.kind === "lost" || flight.spoiled)
    return flight.land({ kind: "unshareable" });
  const bodyLength =
    copy.kind === "memory" ? copy.bytes.byteLength : copy.length;
  const range =
    storable.status === 206 ? partOf(fieldsOf(storable), bodyLength) : null;
  if (storable.status === 206 && range === null)
    return flight.land({ kind: "unshareable" });
  const held: Held = {
    stored: { ...storable, bodyLength, range },
    body: copy.kind === "memory" ? copy : { kind: "shelf" },
    name,
  };
  const { key } = asked.resource;
  hold(key, (await joinedWithHeld(held, key, edge)) ?? held, edge);
  flight.land({ kind: "stored" });
}

/** RFC 9111 §3.4: a part joined to what is held of the same variant; null when they stay apart. Only what is in memory is joined. */
async function joinedWithHeld(
  arrived: Held,
  key: string,
  edge: Edge,
): Promise<Held | null> {
  const { range } = arrived.stored;
  if (range === null || arrived.body.kind !== "memory") return null;
  const bytes: Record<"held" | "arrived", Uint8Array> = {
    held: new Uint8Array(),
    arrived: arrived.body.bytes,
  };
  for (const held of await find(key, edge)) {
    const { stored, body } = held;
    if (body.kind !== "memory" || !isSameVariant(stored, arrived.stored))
      continue;
    const joint = join(stored, { ...arrived.stored, range });
    if (joint.kind === "nothing-new") return held;
    if (joint.kind === "apart") continue;
    bytes.held = body.bytes;
    const offsets = { held: stored.range?.first ?? 0, arrived: range.first };
    const runs = joint.pieces.map(({ from, first, last }) =>
      bytes[from].subarray(first - offsets[from], last + 1 - offsets[from]),
    );
    return joinedFrom(
      arrived,
      runs,
      joint.kind === "longer" ? joint.range : null,
    );
  }
  return null;
}

function joinedFrom(
  arrived: Held,
  runs: readonly Uint8Array[],
  range: Stored["range"],
): Held {
  const whole = concatenated(runs);
  return {
    ...arrived,
    stored: {
      ...arrived.stored,
      status: range === null ? 200 : 206,
      bodyLength: whole.byteLength,
      range,
    },
    body: { kind: "memory", bytes: whole },
  };
}

function statedLengthOf(received: Received, body: Bytes): number | null {
  if (body instanceof Uint8Array) return body.byteLength;
  const stated = fieldsOf(received).get("content-length") ?? "";
  return /^\d{1,15}$/.test(stated) ? Number(stated) : null;
}
