import type { FieldLine } from "../http/fields.ts";
import type { PageReason } from "../page/reason.ts";
import { textBytes } from "./bounded-map.ts";

/** A page for all who ask alike, and where in its bytes the trace id of a request stands. */
export interface SharedPage {
  status: number;
  fields: readonly FieldLine[];
  body: { bytes: Uint8Array; traceAt: number } | null;
}

/** A page as it was made for some request, and all that it depends on besides the request's fields. */
export interface RememberedPage {
  reason: PageReason;
  /** Its times, and its Date, are those of this second since 1970. */
  second: number;
  page: SharedPage;
}

/** What a remembered page takes of memory, its fields roughly. What a record says is the record's. */
export function pageBytes({ reason, page: { body } }: RememberedPage): number {
  return (
    2048 +
    (body?.bytes.byteLength ?? 0) +
    (reason.kind === "malformed" ? textBytes(reason.problem) : 0)
  );
}
