import type { Edge } from "./edge.ts";

/** Requests that are no larger, with their URL and fields, are answered however many there are. */
const ordinaryBytes = 8 * 1024;

/**
 * What `work` comes to, with memory for a request of that size for as long as it takes. Null when large requests that wait for
 * their answer have all the memory that they may have together: anybody can send them, and smaller ones go on.
 */
export function withinMemory<Value>(
  requestBytes: number,
  work: () => Promise<Value>,
  { isolate, world }: Edge,
): Promise<Value | null> {
  if (requestBytes <= ordinaryBytes) return work();
  const { largeRequests } = isolate;
  const holder = { abandon: () => undefined };
  // As it arrived, and as it goes to the origin.
  const heldBytes = 2 * requestBytes;
  if (heldBytes > largeRequests.allowance) return Promise.resolve(null);
  largeRequests.hold(holder, heldBytes, world.nowMs());
  return work().finally(() => largeRequests.release(holder));
}
