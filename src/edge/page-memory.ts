import type { PageReason } from "../page/reason.ts";
import type { Reply } from "../ports.ts";
import { textBytes } from "./bounded-map.ts";

/** A page as it was made for some request, and all that it depends on besides the request's fields. */
export interface RememberedPage {
  reason: PageReason;
  /** Its times, and its Date, are those of this second since 1970. */
  second: number;
  reply: Reply;
}

/** What a remembered page takes of memory, its fields roughly. What a record says is the record's. */
export function pageBytes({ reason, reply: { body } }: RememberedPage): number {
  return (
    2048 +
    (body.kind === "bytes" ? body.bytes.byteLength : 0) +
    (reason.kind === "malformed" ? textBytes(reason.problem) : 0)
  );
}
