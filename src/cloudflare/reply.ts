import type { Reply } from "../ports.ts";
import { WebSocketChannel } from "./channel.ts";
import { disconnection } from "./disconnection.ts";
import { headersOf } from "./headers.ts";
import type { Visitor } from "./visitor.ts";

/** The part of an execution context that is used here. */
export type Waiting = Pick<ExecutionContext, "waitUntil">;

type StreamBody = Extract<Reply["body"], { kind: "stream" }>;

/** A reply as the runtime sends it. What streams is watched until it ends, and cut when the watch says so. */
export function toResponse(
  reply: Reply,
  ctx: Waiting,
  visitor: Visitor,
): Response {
  const { body, status } = reply;
  const headers = headersOf(reply.fields);
  switch (body.kind) {
    case "none":
      return new Response(null, { status, headers });
    case "bytes": {
      const { bytes } = body;
      const content = visitor.hasSentAll
        ? bytes
        : lingering(bytes, ctx, visitor);
      return new Response(content, { status, headers, encodeBody: "manual" });
    }
    case "stream": {
      const pipe = pipeFor(headers);
      const sent = deliver(body, pipe.writable, visitor);
      ctx.waitUntil(body.watch.during(ended(sent)));
      return new Response(pipe.readable, {
        status,
        headers,
        encodeBody: "manual",
      });
    }
    case "channel": {
      if (!(body.channel instanceof WebSocketChannel))
        throw new TypeError("a channel that this world did not open");
      const { visitor: socket, closed, cut } = body.channel.relay();
      void body.watch.cut.then(cut);
      ctx.waitUntil(body.watch.during(ended(closed)));
      return new Response(null, { status: 101, headers, webSocket: socket });
    }
  }
}

/** All of an answer at once, which is not over before the visitor has come to read it. */
function lingering(
  bytes: Uint8Array,
  ctx: Waiting,
  visitor: Visitor,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(bytes.byteLength);
  const writer = writable.getWriter();
  const sent = writer
    .write(bytes)
    .then(() => visitor.linger())
    .then(() => writer.close());
  ctx.waitUntil(ended(sent));
  return readable;
}

/** Moves the bytes itself: the runtime's own pipe does not stop while its source is silent. */
async function deliver(
  { stream, watch }: StreamBody,
  writable: WritableStream<Uint8Array>,
  visitor: Visitor,
): Promise<void> {
  const reader = stream.getReader();
  const writer = writable.getWriter();
  const breakOff = (why: unknown) => {
    ignore(reader.cancel());
    ignore(writer.abort(disconnection(String(why))));
  };
  void watch.cut.then(() => breakOff("the customer is no longer served"));
  visitor.left.addEventListener("abort", () =>
    breakOff("the visitor has left"),
  );
  const move = async () => {
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) break;
      await writer.write(value);
    }
    if (!visitor.hasSentAll) await visitor.linger();
    await writer.close();
  };
  await move().then(undefined, breakOff);
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

function ignore(work: Promise<unknown>): void {
  work.then(undefined, () => undefined);
}
