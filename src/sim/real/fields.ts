import type { IncomingMessage } from "node:http";
import type { FieldLine } from "../../http/fields.ts";

/** A message's fields, each line of its own. */
export function linesOf(
  fields: IncomingMessage["headersDistinct"],
): FieldLine[] {
  return Object.entries(fields).flatMap(([name, values = []]) =>
    values.map((value): FieldLine => [name, value]),
  );
}
