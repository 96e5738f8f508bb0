import type { Fields } from "../http/fields.ts";
import { listMembers } from "./list.ts";

/** The request fields that Vary nominates, lower-case, each once (RFC 9110 §12.5.5). "*" among them stands for all. */
export function nominatedBy(response: Fields): string[] {
  const names = listMembers(response.get("vary") ?? "").map((name) =>
    name.toLowerCase(),
  );
  return names.includes("*") ? ["*"] : [...new Set(names)].toSorted();
}
