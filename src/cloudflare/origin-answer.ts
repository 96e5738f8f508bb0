import { fieldsOf } from "../http/fields.ts";
import { framingOf, type Framing } from "../http/framing.ts";
import type { OriginAnswer, OriginRequest } from "../ports.ts";
import { WebSocketChannel } from "./channel.ts";
import { failure, type Ending } from "./ending.ts";
import { linesOf } from "./headers.ts";
import { openBody } from "./small-body.ts";

/** A response as the edge gets it: a body as its fields describe it, or why it is none that a visitor could get. */
export async function readAnswer(
  response: Response,
  request: OriginRequest,
  ending: Ending,
): Promise<OriginAnswer> {
  const { status, webSocket } = response;
  ending.stage = webSocket === null ? "answered" : "relayed";
  const drop = () => ending.end("http_request_denied", "the relay has ended");
  if (webSocket !== null && request.upgrade === "websocket")
    return {
      kind: "answered",
      status,
      fields: linesOf(response.headers),
      body: null,
      channel: new WebSocketChannel(webSocket, drop),
    };
  if (isFailedHandshake(response, request)) {
    void response.body?.cancel();
    return failure(
      "http_upgrade_failed",
      "the origin switched protocols without a valid handshake",
    );
  }
  // The Response that goes to the visitor takes no other status.
  if (status < 200 || status > 599)
    return failure(
      "http_protocol_error",
      `the origin answered with status ${status}`,
    );
  const framing = framingOf(linesOf(response.headers));
  if (framing.kind === "not-decodable" && response.body !== null) {
    void response.body.cancel().then(undefined, () => undefined);
    return failure(
      "http_protocol_error",
      `the origin answered in the transfer coding ${framing.codings}`,
    );
  }
  const { fields } = framing;
  const answer = { kind: "answered", status, fields, channel: null } as const;
  if (response.body === null) return { ...answer, body: null };
  return openBody(decoded(response.body, framing), lengthIn(framing)).then(
    (body): OriginAnswer => ({ ...answer, body }),
    (error: unknown) =>
      ending.failed ?? failure("http_response_incomplete", String(error)),
  );
}

/** What the fields say of the body's length; null where that is not the length of what is read. */
function lengthIn({ kind, fields }: Framing): number | null {
  if (kind !== "plain") return null;
  const length = fieldsOf(fields).get("content-length") ?? "";
  return /^\d+$/.test(length) ? Number(length) : null;
}

/** The body as its fields describe it; one that is not coded as stated breaks off. */
function decoded(
  body: ReadableStream<Uint8Array>,
  framing: Framing,
): ReadableStream<Uint8Array> {
  switch (framing.kind) {
    case "plain":
    case "not-decodable":
      return body;
    case "coded":
      return body.pipeThrough(new DecompressionStream(framing.coding));
  }
}

/** The runtime makes a 502 without fields, and with a text of its own, of a 101 that breaks RFC 6455 §4.1. */
function isFailedHandshake(
  { status, headers }: Response,
  { upgrade }: OriginRequest,
): boolean {
  return (
    upgrade === "websocket" && status === 502 && linesOf(headers).length === 0
  );
}
