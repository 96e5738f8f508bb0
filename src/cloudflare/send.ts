import type { OriginAnswer, OriginRequest, Watch } from "../ports.ts";
import { readAnswer } from "./origin-answer.ts";
import { clock } from "./clock.ts";
import { diagnose } from "./diagnose.ts";
import { Ending, failure } from "./ending.ts";
import { headersOf } from "./headers.ts";
import {
  addressOf,
  astrayIn,
  type Address,
  type Astray,
  type HostVariables,
} from "./host-override.ts";
import type { OriginProbes } from "./origin-probes.ts";
import type { Waiting } from "./reply.ts";
import { Silence } from "./silence.ts";
import { Upload } from "./upload.ts";
import type { Visitor } from "./visitor.ts";

/**
 * How long content is held back from an origin that took no connection a moment ago. A fetch that fails for the same
 * reason does so at once; on Cloudflare, though, a fetch also reaches addresses that a socket may not connect to.
 */
const heldBackMs = 250;

/** On whose behalf something is sent, and what helps with it. */
interface Sender {
  ctx: Waiting;
  visitor: Visitor;
  variables: HostVariables;
  probes: OriginProbes;
  /** The name of this edge. */
  edge: string;
}

/**
 * One exchange with an origin. Bodies pass byte for byte: "manual" keeps the runtime from decoding
 * them, redirects are the visitor's to follow, and the runtime's own cache is left out.
 */
export async function send(
  request: OriginRequest,
  sender: Sender,
): Promise<OriginAnswer> {
  const { url, watch, timeoutMs } = request;
  const { probes, visitor, edge } = sender;
  const address = addressOf(request, sender.variables);
  if (!address.ok)
    return failure("proxy_configuration_error", address.problem, "nothing");
  const wasOpen =
    request.probe === "none" ||
    (await probes.probe(url, { hello: "none", sinceMs: 0 })) !== "closed";
  const upload = request.body === null ? null : new Upload(request.body);
  const ending = new Ending();
  if (watch !== null) endWith(ending, watch, visitor);
  const silence = new Silence(timeoutMs, () =>
    ending.end("connection_read_timeout", `no response within ${timeoutMs} ms`),
  );

  silence.begin();
  const { signal } = ending;
  const answering = fetchOrigin(request, address.value, {
    upload,
    signal,
    edge,
  });
  const isRefused = !wasOpen && (await failsAtOnce(answering));
  if (upload !== null && !isRefused)
    pump(upload, request, { ending, silence }, sender);
  const outcome = await answering;
  if (outcome.kind === "answered") {
    // The first bytes of a small body are waited for as its head was.
    silence.begin();
    const answer = await readAnswer(outcome.response, request, ending);
    silence.end();
    return answer;
  }
  silence.end();
  const isUnread = upload === null || !upload.hasStarted;
  switch (outcome.kind) {
    case "astray": {
      const { error, details } = outcome;
      ending.end(error, details);
      return failure(error, details, isUnread ? "nothing" : "perhaps");
    }
    case "failed":
      return (
        ending.failed ??
        failedAtOrigin(request, outcome.error, { wasOpen, isUnread }, probes)
      );
  }
}

/** A drop ends an exchange for one visitor wherever it is, and a visitor who leaves ends it before the answer. */
function endWith(ending: Ending, watch: Watch, visitor: Visitor): void {
  const drop = () => {
    if (ending.stage !== "relayed")
      ending.end("http_request_denied", "the customer is no longer served");
  };
  const leave = () => {
    if (ending.stage === "asked")
      ending.end("http_request_error", "the visitor has left");
  };
  void watch.cut.then(drop);
  visitor.left.addEventListener("abort", leave);
}

function pump(
  upload: Upload,
  { watch, betweenBytesMs }: OriginRequest,
  { ending, silence }: { ending: Ending; silence: Silence },
  { ctx, visitor }: Sender,
): void {
  const pumped = upload.pump({
    breakOff: (why) => ending.end("http_request_error", why),
    waitsForOrigin: () => silence.begin(),
    waitsForVisitor: () => silence.pause(),
    betweenBytesMs,
  });
  ctx.waitUntil(watch === null ? pumped : watch.during(pumped));
  visitor.sendsBy(pumped);
  void visitor.replyComplete.then(() => upload.stop());
}

type OriginFetch =
  | { kind: "answered"; response: Response }
  /** The answer is of somebody who found that it does not reach the origin. */
  | ({ kind: "astray" } & Astray)
  | { kind: "failed"; error: unknown };

function fetchOrigin(
  { method, fields }: OriginRequest,
  to: Address,
  {
    upload,
    signal,
    edge,
  }: { upload: Upload | null; signal: AbortSignal; edge: string },
): Promise<OriginFetch> {
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

async function failsAtOnce(answering: Promise<OriginFetch>): Promise<boolean> {
  const first = await Promise.race([
    answering,
    new Promise<null>((resolve) => setTimeout(() => resolve(null), heldBackMs)),
  ]);
  return first !== null && first.kind !== "answered";
}

/** Why the origin did not answer. */
async function failedAtOrigin(
  request: OriginRequest,
  error: unknown,
  { wasOpen, isUnread }: { wasOpen: boolean; isUnread: boolean },
  probes: OriginProbes,
): Promise<OriginAnswer> {
  // Content was held back. What has none may have been acted on, by an origin that opened after all and then crashed.
  const isUncertain = !wasOpen && request.body === null;
  const sinceMs = isUncertain ? clock.nowMs() : 0;
  const because = await diagnose(request.url, { error, sinceMs }, probes);
  const wasClosed =
    because === "tls_protocol_error" ||
    (!wasOpen && because !== "connection_terminated");
  return failure(
    because,
    String(error),
    wasClosed && isUnread ? "nothing" : "perhaps",
  );
}
