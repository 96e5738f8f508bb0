import { parseHttpDate } from "../http/date.ts";
import { fieldsOf, type Stored } from "./stored.ts";

/**
 * The stored response's strong validators as they were received, the one to prefer first: an entity tag that is not weak
 * (RFC 9110 §8.8.3), and a Last-Modified at least a second before the Date beside it (§8.8.2.2). Equal text means equal
 * bytes. Empty when there is none.
 */
export function strongValidators(
  stored: Pick<Stored, "fields" | "responseTimeMs">,
): string[] {
  const fields = fieldsOf(stored);
  const etag = fields.get("etag") ?? "";
  const modified = fields.get("last-modified") ?? "";
  const modifiedMs = parseHttpDate(modified, stored.responseTimeMs);
  const dateMs = parseHttpDate(fields.get("date") ?? "", stored.responseTimeMs);
  const validators: string[] = [];
  if (/^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag)) validators.push(etag);
  if (modifiedMs !== null && dateMs !== null && dateMs - modifiedMs >= 1000)
    validators.push(modified);
  return validators;
}
