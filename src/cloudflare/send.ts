import { framingOf, type Framing } from "../http/framing.ts";
import type { ProxyError } from "../http/proxy-status.ts";
import type { OriginAnswer, OriginRequest } from "../world.ts";
import { WebSocketChannel } from "./channel.ts";
import { canConnect, diagnose } from "./diagnose.ts";
import { disconnection } from "./disconnection.ts";
import { headersOf, linesOf } from "./headers.ts";
import {
  addressOf,
  astrayIn,
  type Address,
  type Astray,
  type HostVariables,
} from "./host-override.ts";
import type { Waiting } from "./reply.ts";
import { Silence } from "./silence.ts";
import { Upload } from "./upload.ts";

/**
 * How long content is held back from an origin that took no connection a moment ago. A fetch that fails for the same
 * reason does so at once; on Cloudflare, though, a fetch also reaches addresses that a socket may not connect to.
 */
const heldBackMs = 250;

/** On whose behalf something is sent. */
interface Sender {
  ctx: Waiting;
  variables: HostVariables;
  /** The name of this edge. */
  edge: string;
}

/**
 * One exchange with an origin. Bodies pass byte for byte: "manual" keeps the runtime from decoding
 * them, redirects are the visitor's to follow, and the runtime's own cache is left out.
 */
export async function send(
  request: OriginRequest,
  { ctx, variables, edge }: Sender,
): Promise<OriginAnswer> {
  const { url, watch, timeoutMs } = request;
  const address = addressOf(request, variables);
  if (!address.ok)
    return failure("proxy_configuration_error", address.problem, "nothing");
  const wasOpen = request.probe === "none" || (await canConnect(url));
  const upload = request.body === null ? null : new Upload(request.body);
  const end = new AbortController();
  const overdue = new Error(`no response within ${timeoutMs} ms`);
  const cut = disconnection("the customer is no longer served");
  const silence = new Silence(timeoutMs, () => end.abort(overdue));
  let channelOpen = false;
  // Whoever relays a channel closes it.
  void watch?.cut.then(() => channelOpen || end.abort(cut));

  silence.begin();
  const { signal } = end;
  const answering = exchange(request, address.value, { upload, signal, edge });
  const isRefused = !wasOpen && (await failsAtOnce(answering));
  if (upload !== null && !isRefused) {
    const pumped = upload.pump({
      abort: (reason) => end.abort(reason),
      waitsForOrigin: () => silence.begin(),
      waitsForVisitor: () => silence.pause(),
    });
    ctx.waitUntil(watch === null ? pumped : watch.during(pumped));
  }
  const outcome = await answering;
  silence.end();
  if (outcome.kind === "astray") {
    end.abort();
    const isUnread = upload === null || !upload.hasBegun;
    const { error, details } = outcome;
    return failure(error, details, isUnread ? "nothing" : "perhaps");
  }
  if (outcome.kind === "answered") {
    channelOpen = outcome.response.webSocket !== null;
    return answered(outcome.response, request, () => end.abort());
  }
  if (upload !== null && upload.broken !== null)
    return failure("http_request_error", upload.broken);
  if (end.signal.reason === overdue)
    return failure("connection_read_timeout", overdue.message);
  if (end.signal.reason === cut)
    return failure("http_request_denied", cut.message);
  return failedAtOrigin(url, upload, { wasOpen, error: outcome.error });
}

type Outcome =
  | { kind: "answered"; response: Response }
  /** The answer is of somebody who found that it does not reach the origin. */
  | ({ kind: "astray" } & Astray)
  | { kind: "failed"; error: unknown };

function exchange(
  { method, fields }: OriginRequest,
  to: Address,
  {
    upload,
    signal,
    edge,
  }: { upload: Upload | null; signal: AbortSignal; edge: string },
): Promise<Outcome> {
  return fetch(to.url, {
    method,
    headers: headersOf(fields),
    body: upload?.readable ?? null,
    redirect: "manual",
    encodeResponseBody: "manual",
    signal,
    ...(to.kind === "override" && { cf: { resolveOverride: to.connectTo } }),
  }).then(
    (response) => {
      const astray = astrayIn(response, to, edge);
      return astray === null
        ? { kind: "answered", response }
        : { kind: "astray", ...astray };
    },
    (error: unknown) => ({ kind: "failed", error }),
  );
}

async function failsAtOnce(answering: Promise<Outcome>): Promise<boolean> {
  const first = await Promise.race([
    answering,
    new Promise<null>((resolve) => setTimeout(() => resolve(null), heldBackMs)),
  ]);
  return first !== null && first.kind !== "answered";
}

/** Why the origin did not answer. */
async function failedAtOrigin(
  url: URL,
  upload: Upload | null,
  { wasOpen, error }: { wasOpen: boolean; error: unknown },
): Promise<OriginAnswer> {
  const details = String(error);
  const because = await diagnose(url, details);
  // One that is closed now may have taken the request and crashed; one that was closed before as well has not.
  const wasClosed =
    because === "tls_protocol_error" ||
    (!wasOpen && because !== "connection_terminated");
  const isUnread = upload === null || !upload.hasBegun;
  return failure(
    because,
    details,
    wasClosed && isUnread ? "nothing" : "perhaps",
  );
}

function failure(
  error: ProxyError,
  details: string,
  sent: "nothing" | "perhaps" = "perhaps",
): OriginAnswer {
  return { kind: "failed", error, details, sent };
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
