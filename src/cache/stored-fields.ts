import { hopByHop } from "../http/connection.ts";
import { httpDate } from "../http/date.ts";
import { fieldsOf } from "../http/fields.ts";
import type { FieldLine } from "../http/fields.ts";
import { readDate } from "./dates.ts";
import type { Policy } from "./policy.ts";
import type { CacheSettings } from "./settings.ts";

/** RFC 9111 §5.2.2.4 and §5.2.2.7: fields that a qualified no-cache or private keeps from other visitors. */
export function withheldFields({ directives }: Policy): readonly string[] {
  return [directives.noCache, directives.private].flatMap((reach) =>
    typeof reach === "object" ? (reach ?? []) : [],
  );
}

/**
 * RFC 9111 §3.1: all fields but those of the connection and the withheld, and §7.3 the cookies that are one visitor's. A Date that is missing or no date becomes the time
 * of arrival (RFC 9110 §6.6.1).
 */
export function storedFields(
  received: { fields: readonly FieldLine[]; responseTimeMs: number },
  policy: Policy,
  { setCookie }: Pick<CacheSettings, "setCookie">,
): FieldLine[] {
  const fields = fieldsOf(received.fields);
  const dropped = new Set([...hopByHop(fields), ...withheldFields(policy)]);
  if (setCookie === "strip") dropped.add("set-cookie");
  const dated = readDate(fields.get("date"), received.responseTimeMs) !== null;
  if (!dated) dropped.add("date");
  const kept = received.fields.filter(
    ([name]) => !dropped.has(name.toLowerCase()),
  );
  return dated ? kept : [...kept, ["Date", httpDate(received.responseTimeMs)]];
}
