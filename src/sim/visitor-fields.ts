import { NamedFields } from "../http/fields.ts";

/** A request's fields as few as they can be: browsers send much the same. */
export function visitorFields(host: string): NamedFields {
  return new NamedFields([
    ["host", host],
    ["accept", "text/html,*/*;q=0.8"],
    ["accept-encoding", "gzip, br"],
    ["accept-language", "en"],
    ["user-agent", "Mozilla/5.0"],
  ]);
}
