import type { Inbound, RequestBody, World } from "../ports.ts";
import { Alarm } from "./alarm.ts";
import type { BodyLimits } from "./timed-body.ts";

/** The content of a request (RFC 9110 §6.4), and whether it can be sent on. */
export type Content =
  | { kind: "none" }
  | { kind: "upload"; body: RequestBody }
  /** RFC 9110 §9.3.1: content in a GET or HEAD has no defined meaning, and the runtime sends none. */
  | { kind: "unsendable"; problem: string }
  /** The visitor broke it off, or its framing is malformed. */
  | { kind: "broken"; details: string };

/** Could the request have content, as far as its fields say? Only `contentOf` is sure. */
export function mayHaveContent({ fields, body }: Inbound): boolean {
  return body !== null && statedLength(fields.get("content-length")) !== 0;
}

/**
 * The runtime hands over a stream for every message that could have content. A Content-Length of zero, and chunks that
 * hold nothing, are no content; for a GET or HEAD in chunks the first byte is awaited, because only it tells.
 */
export async function contentOf(
  request: Inbound,
  { betweenBytesMs }: Pick<BodyLimits, "betweenBytesMs">,
  world: World,
): Promise<Content> {
  const { method, fields, body } = request;
  if (body === null || !mayHaveContent(request)) return { kind: "none" };
  const lengthBytes = statedLength(fields.get("content-length"));
  if (method !== "GET" && method !== "HEAD")
    return { kind: "upload", body: { stream: body, lengthBytes } };
  const unsendable = {
    kind: "unsendable",
    problem: `this edge cannot forward content in a ${method} request`,
  } as const;
  if (lengthBytes !== null) return unsendable;
  const reader = body.getReader();
  const alarm = new Alarm(world);
  for (;;) {
    const reading = reader.read().then(
      ({ done, value }) =>
        done
          ? ({ kind: "end" } as const)
          : ({ kind: "chunk", bytes: value.byteLength } as const),
      (error: unknown) => ({ kind: "broken", details: String(error) }) as const,
    );
    const step = await alarm.within(betweenBytesMs, reading);
    switch (step?.kind) {
      case undefined:
        void reader.cancel().then(undefined, () => undefined);
        return { kind: "broken", details: `nothing for ${betweenBytesMs} ms` };
      case "end":
        return { kind: "none" };
      case "broken":
        return step;
      case "chunk":
        if (step.bytes === 0) break;
        // What is still to come is read for nobody, by who answers.
        reader.releaseLock();
        return unsendable;
    }
  }
}

function statedLength(field: string | null): number | null {
  return field !== null && /^\d+$/.test(field) ? Number(field) : null;
}
