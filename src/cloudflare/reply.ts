import type { Reply } from "../world.ts";
import { WebSocketChannel } from "./channel.ts";
import { disconnection } from "./disconnection.ts";
import { headersOf } from "./headers.ts";

/** The part of an execution context that is used here. */
export type Waiting = Pick<ExecutionContext, "waitUntil">;

/** A reply as the runtime sends it. What streams is watched until it ends, and cut when the watch says so. */
export function toResponse(reply: Reply, ctx: Waiting): Response {
  const { body, status } = reply;
  const headers = headersOf(reply.fields);
  switch (body.kind) {
    case "none":
      return new Response(null, { status, headers });
    case "text":
      return new Response(body.text, { status, headers });
    case "bytes":
      return new Response(body.bytes, {
        status,
        headers,
        encodeBody: "manual",
      });
    case "stream": {
      const { readable, writable } = pipeFor(headers);
      const cut = new AbortController();
      const sent = body.stream
        .pipeTo(writable, { signal: cut.signal, preventAbort: true })
        .then(undefined, (error: unknown) =>
          writable.abort(disconnection(String(error))),
        );
      void body.watch.cut.then(() =>
        cut.abort(new Error("the customer is no longer served")),
      );
      ctx.waitUntil(body.watch.during(ended(sent)));
      return new Response(readable, { status, headers, encodeBody: "manual" });
    }
    case "channel": {
      if (!(body.channel instanceof WebSocketChannel))
        throw new TypeError("a channel that this world did not open");
      const { visitor, closed, cut } = body.channel.relay();
      void body.watch.cut.then(cut);
      ctx.waitUntil(body.watch.during(ended(closed)));
      return new Response(null, { status: 101, headers, webSocket: visitor });
    }
  }
}

/** A known length is kept, so that a body cut short is seen to be short. */
function pipeFor(headers: Headers): TransformStream<Uint8Array, Uint8Array> {
  const length = headers.get("content-length");
  return length !== null && /^\d+$/.test(length)
    ? new FixedLengthStream(BigInt(length))
    : new IdentityTransformStream();
}

/** Resolves when the delivery has ended, whichever side ended it. */
function ended(delivery: Promise<void>): Promise<void> {
  return delivery.then(undefined, () => undefined);
}
