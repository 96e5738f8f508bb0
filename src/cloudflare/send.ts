import { framingOf, type Framing } from "../http/framing.ts";
import type { OriginAnswer, OriginRequest } from "../world.ts";
import { diagnose } from "./diagnose.ts";
import { WebSocketChannel } from "./channel.ts";
import { headersOf, linesOf } from "./headers.ts";

/**
 * One exchange with an origin. Bodies pass byte for byte: "manual" keeps the runtime from decoding
 * them, redirects are the visitor's to follow, and the runtime's own cache is left out.
 */
export async function send(request: OriginRequest): Promise<OriginAnswer> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), request.timeoutMs);
  const exchange = fetch(request.url.href, {
    method: request.method,
    headers: headersOf(request.fields),
    body: request.body,
    redirect: "manual",
    encodeResponseBody: "manual",
    signal: silence.signal,
  });
  const outcome = await exchange.then(
    (response) => ({ ok: true as const, response }),
    (error: unknown) => ({ ok: false as const, error }),
  );
  clearTimeout(timer);
  if (outcome.ok)
    return answered(outcome.response, request, () => silence.abort());
  if (silence.signal.aborted)
    return {
      kind: "failed",
      error: "connection_read_timeout",
      details: `no response within ${request.timeoutMs} ms`,
    };
  const details = String(outcome.error);
  return {
    kind: "failed",
    error: await diagnose(request.url, details),
    details,
  };
}

function answered(
  response: Response,
  request: OriginRequest,
  drop: () => void,
): OriginAnswer {
  const { status, webSocket } = response;
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
    return {
      kind: "failed",
      error: "http_upgrade_failed",
      details: "the origin switched protocols without a valid handshake",
    };
  }
  // The Response that goes to the visitor takes no other status.
  if (status < 200 || status > 599)
    return {
      kind: "failed",
      error: "http_protocol_error",
      details: `the origin answered with status ${status}`,
    };
  const framing = framingOf(linesOf(response.headers));
  if (framing.kind === "not-decodable" && response.body !== null) {
    void response.body.cancel().then(undefined, () => undefined);
    return {
      kind: "failed",
      error: "http_protocol_error",
      details: `the origin answered in the transfer coding ${framing.codings}`,
    };
  }
  return {
    kind: "answered",
    status,
    fields: framing.fields,
    body: response.body === null ? null : decoded(response.body, framing),
    channel: null,
  };
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
