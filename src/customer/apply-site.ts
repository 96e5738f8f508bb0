import {
  succeed,
  refuse,
  type ApplyResult,
  type Records,
  type Refused,
  type Write,
} from "./apply-result.ts";
import type { Command } from "./command.ts";
import { formatSite, formatStanding } from "./format.ts";
import { siteKey, standingKey } from "./keys.ts";
import { parseSite } from "./site.ts";

type Of<Kind> = Extract<Command, { kind: Kind }>;

export function add(
  records: Records,
  { host, site, force }: Of<"add">,
): ApplyResult {
  const key = siteKey(host);
  const text = records.get(key) ?? null;
  const found = text === null ? null : parseSite(key, text);
  if (found?.ok) {
    return refuse(
      "present",
      `${key} is a site of customer ${found.value.customer} already; change is the command for it`,
    );
  }
  if (found !== null && !force) return refuse("malformed", found.problem);
  return succeed(
    [key, formatSite(site)],
    ...onboarding(records, site.customer),
  );
}

export function change(
  records: Records,
  { host, changes }: Of<"change">,
): ApplyResult {
  const key = siteKey(host);
  const text = records.get(key) ?? null;
  if (text === null) return absent(key);
  const found = parseSite(key, text);
  // Forced or not: nothing is known that could be kept. A forced add replaces it.
  if (!found.ok) return refuse("malformed", found.problem);
  return succeed(
    [key, formatSite({ ...found.value, ...changes })],
    ...onboarding(records, changes.customer),
  );
}

/** The customer's entry stays: what was decided about a customer does not end with a site. */
export function remove(
  records: Records,
  { host, force }: Of<"remove">,
): ApplyResult {
  const key = siteKey(host);
  const text = records.get(key) ?? null;
  if (text === null) return absent(key);
  const found = parseSite(key, text);
  if (!found.ok && !force) return refuse("malformed", found.problem);
  return succeed([key, null]);
}

function absent(key: string): Refused {
  return refuse(
    "absent",
    `${key} does not exist; add is the command for a new site`,
  );
}

/** Each PoP remembers that a key was missing, so a customer gets an entry before there is a reason to change it. */
function onboarding(records: Records, customer: string | undefined): Write[] {
  if (customer === undefined) return [];
  const key = standingKey(customer);
  return (records.get(key) ?? null) === null
    ? [[key, formatStanding({ kind: "allow", effectiveAtMs: null, seq: 1 })]]
    : [];
}
