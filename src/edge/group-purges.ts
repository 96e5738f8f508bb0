import { addFact, maxStoredSeconds, type PurgeFact } from "../cache/purge.ts";
import { parsePurge, purgeText } from "../customer/purge.ts";
import type { Edge } from "./edge.ts";

/** RFC 9875 §3: remembers that a response made a group unusable, here and for the other isolates of this PoP. */
export function addGroupPurge(
  customer: string,
  fact: PurgeFact,
  edge: Edge,
): void {
  merge(customer, [fact], edge);
  edge.world.later(writeDown(customer, edge));
}

/** Learns what other isolates of this PoP know, when something that belongs to groups comes from there. */
export async function recallGroupPurges(
  customer: string,
  edge: Edge,
): Promise<void> {
  const text = await edge.world.recall(nameOf(customer));
  const parsed = text === null ? null : parsePurge(nameOf(customer), text);
  if (parsed?.ok === true) merge(customer, parsed.value, edge);
}

async function writeDown(customer: string, edge: Edge): Promise<void> {
  await recallGroupPurges(customer, edge);
  const facts = edge.isolate.groupPurges.get(customer) ?? [];
  await edge.world.keep(nameOf(customer), purgeText(facts));
}

function merge(
  customer: string,
  facts: readonly PurgeFact[],
  { isolate, world }: Edge,
): void {
  const nowMs = world.nowMs();
  for (const fact of facts) {
    const known = isolate.groupPurges.get(customer) ?? [];
    const added = addFact(known, fact, nowMs, maxStoredSeconds);
    if (added !== null) isolate.groupPurges.set(customer, added);
  }
}

const nameOf = (customer: string) => `groups/${customer}`;
