import type { Path } from "../../node/yaml.ts";

/** A copy in which the member at the path is another; maps that would hold it are made where there are none. */
export function replaceMember(
  whole: unknown,
  path: Path,
  by: unknown,
): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (Array.isArray(whole)) {
    const index = Number(step);
    return whole.with(index, replaceMember(whole[index], rest, by));
  }
  const members = new Map(Object.entries(isMap(whole) ? whole : {}));
  members.set(String(step), replaceMember(members.get(String(step)), rest, by));
  return Object.fromEntries(members);
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
