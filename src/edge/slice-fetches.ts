import type { ArrivingBody } from "./arriving-body.ts";
import { boundedMap, type BoundedMap } from "./bounded-map.ts";
import { SharedResult } from "./shared-result.ts";

/** Slices of one body that are on their way, and those who wait for their head. */
export interface SliceFetch {
  /** Positions in the body; `end` is past the last byte. */
  start: number;
  end: number;
  result: SharedResult<SliceResult>;
}

export type SliceResult =
  { kind: "arriving"; body: ArrivingBody } | { kind: "failed"; why: string };

/** The fetches of slices under way in an isolate, by the name of the body. */
export type SliceFetches = BoundedMap<readonly SliceFetch[]>;

export function newSliceFetches(maxBytes: number): SliceFetches {
  return boundedMap(maxBytes, (fetches) => fetchBytes * fetches.length);
}

/** The objects around one fetch. */
const fetchBytes = 512;

export function announceFetch(
  fetches: SliceFetches,
  name: string,
  { start, end }: { start: number; end: number },
): SliceFetch {
  const fetch: SliceFetch = { start, end, result: new SharedResult() };
  fetches.set(name, [...(fetches.get(name) ?? []), fetch]);
  return fetch;
}

export function findSliceFetch(
  fetches: SliceFetches,
  name: string,
  at: number,
): SliceFetch | null {
  return (
    fetches.get(name)?.find(({ start, end }) => start <= at && at < end) ?? null
  );
}

export function endSliceFetch(
  fetches: SliceFetches,
  name: string,
  fetch: SliceFetch,
): void {
  const left = (fetches.get(name) ?? []).filter((other) => other !== fetch);
  if (left.length > 0) fetches.set(name, left);
  else fetches.delete(name);
}
