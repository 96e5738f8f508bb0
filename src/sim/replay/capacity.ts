import type { Parsed } from "../../parse/parsed.ts";
import type { Unit } from "./measure.ts";

/** How large a cache is to be, as somebody wrote it. */
export type Capacity =
  | { kind: "amount"; text: string; amount: number }
  /** Of all that the trace asks for, each object once. */
  | { kind: "share"; text: string; share: number };

/** What a trace asks for, each object counted once. */
export interface Footprint {
  objects: number;
  bytes: number;
}

const units: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const expected: Readonly<Record<Unit, string>> = {
  bytes: "an amount such as 64MiB or 1GB, or a share of the trace such as 10%",
  objects:
    "a number of objects such as 1000, or a share of the trace such as 10%",
};

/** Capacities separated by commas; a problem names the one that is none. */
export function parseCapacities(text: string, unit: Unit): Parsed<Capacity[]> {
  const capacities: Capacity[] = [];
  for (const part of text.split(",").map((each) => each.trim())) {
    const capacity = capacityOf(part, unit);
    if (capacity === null)
      return {
        ok: false,
        problem: `--size has ${JSON.stringify(part)}; expected ${expected[unit]}`,
      };
    capacities.push(capacity);
  }
  return { ok: true, value: capacities };
}

function capacityOf(text: string, unit: Unit): Capacity | null {
  const [, digits, suffix = ""] =
    /^(\d+(?:\.\d+)?)([A-Za-z]*|%)$/.exec(text) ?? [];
  const figure = Number(digits);
  if (!(figure > 0)) return null;
  if (suffix === "%")
    return figure <= 100 ? { kind: "share", text, share: figure / 100 } : null;
  const factor = units[suffix];
  const amount = Math.trunc(figure * (factor ?? 0));
  if (amount < 1 || !Number.isSafeInteger(amount)) return null;
  return unit === "objects" && suffix !== ""
    ? null
    : { kind: "amount", text, amount };
}

/** Whole bytes or objects, rounded down as libCacheSim does, and one at least. */
export function resolved(
  capacity: Capacity,
  unit: Unit,
  footprint: Footprint | null,
): number {
  switch (capacity.kind) {
    case "amount":
      return capacity.amount;
    case "share":
      return Math.max(1, Math.trunc((footprint?.[unit] ?? 0) * capacity.share));
  }
}
