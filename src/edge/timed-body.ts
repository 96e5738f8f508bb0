import type { Site } from "../customer/site.ts";
import type { World } from "../ports.ts";
import { Alarm } from "./alarm.ts";
import { PieceReader } from "./piece-reader.ts";

/** How long the edge waits for the body of a response. Who reads slowly uses none of it up. */
export interface BodyLimits {
  /** From one piece to the next. */
  betweenBytesMs: number;
  /** For all of them together. */
  lastByteMs: number;
}

/** What an origin sends, read only as somebody asks for it, and broken off when it takes longer than the limits. */
export function timedBody(
  source: ReadableStream<Uint8Array>,
  { betweenBytesMs, lastByteMs }: BodyLimits,
  world: World,
): ReadableStream<Uint8Array> {
  const pieces = new PieceReader(source);
  const alarm = new Alarm(world);
  let waitedMs = 0;
  let isCancelled = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const sinceMs = world.nowMs();
        const piece = await alarm.within(betweenBytesMs, pieces.next());
        if (isCancelled) return;
        waitedMs += world.nowMs() - sinceMs;
        if (piece === "end") return controller.close();
        if (piece !== null && waitedMs <= lastByteMs)
          return controller.enqueue(piece);
        void pieces.cancel();
        throw new Error(
          piece === null
            ? `the origin sent nothing for ${betweenBytesMs} ms`
            : `the origin took more than ${lastByteMs} ms for a body`,
        );
      },
      async cancel() {
        isCancelled = true;
        await pieces.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The limits of the bodies that a site's origins send. */
export function bodyLimits(
  site: Pick<Site, "betweenBytesTimeoutSeconds" | "lastByteTimeoutSeconds">,
): BodyLimits {
  return {
    betweenBytesMs: site.betweenBytesTimeoutSeconds * 1000,
    lastByteMs: site.lastByteTimeoutSeconds * 1000,
  };
}
