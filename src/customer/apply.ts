import { addFact, maxStoredSeconds, maxPurgeFacts } from "../cache/purge.ts";
import {
  succeed,
  refuse,
  type ApplyResult,
  type Records,
} from "./apply-result.ts";
import { add, change, remove } from "./apply-site.ts";
import { deny, restore, scopeKeys } from "./apply-standing.ts";
import type { Command } from "./command.ts";
import { edgeKey, purgeKey, siteKey, standingKey } from "./keys.ts";
import { parsePurge, purgeText } from "./purge.ts";
import {
  defaultSettings,
  parseEdgeSettings,
  settingsText,
} from "./settings.ts";

/** The keys whose texts `apply` must be given. */
export function keysOf(command: Command): string[] {
  switch (command.kind) {
    case "add":
      return [siteKey(command.host), standingKey(command.site.customer)];
    case "change": {
      const { customer } = command.changes;
      const key = siteKey(command.host);
      return customer === undefined ? [key] : [key, standingKey(customer)];
    }
    case "remove":
      return [siteKey(command.host)];
    case "deny":
      return [standingKey(command.customer), ...scopeKeys(command)];
    case "restore":
      return [standingKey(command.customer)];
    case "purge":
      return [purgeKey(command.customer)];
    case "maintenance":
      return [edgeKey];
  }
}

/**
 * What a command changes in the list at this moment, or why it is refused. A key that is not among the records does not
 * exist. All of the writes belong to the one command; a later one judges what they left.
 */
export function apply(
  records: Records,
  command: Command,
  nowMs: number,
): ApplyResult {
  switch (command.kind) {
    case "add":
      return add(records, command);
    case "change":
      return change(records, command);
    case "remove":
      return remove(records, command);
    case "deny":
      return deny(records, command, nowMs);
    case "restore":
      return restore(records, command, nowMs);
    case "purge":
      return purge(records, command, nowMs);
    case "maintenance":
      return maintain(records, command, nowMs);
  }
}

function maintain(
  records: Records,
  { maintenance, force }: Extract<Command, { kind: "maintenance" }>,
  nowMs: number,
): ApplyResult {
  const untilMs = maintenance?.untilMs ?? null;
  if (untilMs !== null && untilMs <= nowMs)
    return refuse(
      "past",
      `${edgeKey}: maintenance would be over at once: "until" is ${new Date(untilMs).toISOString()}, and it is ${new Date(nowMs).toISOString()}`,
    );
  const text = records.get(edgeKey) ?? "{}";
  const settings = parseEdgeSettings(edgeKey, text);
  if (!settings.ok && !force) return refuse("malformed", settings.problem);
  const before = settings.ok ? settings.value : defaultSettings;
  return succeed([edgeKey, settingsText({ ...before, maintenance })]);
}

function purge(
  records: Records,
  { customer, atMs, what, how, force }: Extract<Command, { kind: "purge" }>,
  nowMs: number,
): ApplyResult {
  const key = purgeKey(customer);
  const found = parsePurge(key, records.get(key) ?? "[]");
  if (!found.ok && !force) return refuse("malformed", found.problem);
  const facts = addFact(
    found.ok ? found.value : [],
    { atMs: atMs ?? nowMs, what, how },
    nowMs,
    maxStoredSeconds,
  );
  return facts === null
    ? refuse(
        "purges-full",
        `${key} holds ${maxPurgeFacts} purges whose moment is to come, which is as many as there may be`,
      )
    : succeed([key, purgeText(facts)]);
}
