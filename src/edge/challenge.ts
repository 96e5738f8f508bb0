import { challengeAnswer, challengeFields } from "../customer/challenge.ts";
import { httpDate } from "../http/date.ts";
import { fieldsOf } from "../http/fields.ts";
import type { Bytes, Reply } from "../ports.ts";
import { discardBody } from "./bytes.ts";
import type { RequestContext } from "./context.ts";
import { forwardedFields, sendToOrigins } from "./origins.ts";
import { receivedFrom } from "./received.ts";
import { collect } from "./stored-body.ts";

export type ChallengeReply =
  | { kind: "reply"; reply: Reply }
  /** For operators: a visitor gets the refusal and nothing of the origin's state. */
  | { kind: "refused"; because: string };

/** RFC 8555 §8.3: passes on the challenge of a customer who is dropped and may still get a certificate, and nothing else. */
export async function forwardChallenge(
  context: RequestContext,
): Promise<ChallengeReply> {
  const { request, admitted, watch, edge } = context;
  const { method } = request;
  const sending = sendToOrigins(context, {
    method,
    fields: challengeFields(forwardedFields(context)),
    target: admitted.target,
    body: null,
    upgrade: "none",
    watch,
  });
  const sent = await watch.during(sending);
  if (sent.kind === "failed")
    return { kind: "refused", because: `${sent.error}: ${sent.details}` };
  const { status, fields } = receivedFrom(context, sent);
  const verdict = challengeAnswer(
    { status, fields: fieldsOf(fields) },
    admitted,
  );
  if (verdict.kind === "refuse") {
    discardBody(sent.response.body);
    return { kind: "refused", because: verdict.because };
  }
  const bytes = await readUpTo(sent.response.body, verdict.maxBytes);
  if (bytes === null)
    return {
      kind: "refused",
      because: `its body broke off or has more than ${verdict.maxBytes} bytes`,
    };
  return {
    kind: "reply",
    reply: {
      status: verdict.status,
      fields: [...verdict.fields, ["Date", httpDate(edge.world.nowMs())]],
      body:
        method === "HEAD" || verdict.maxBytes === 0
          ? { kind: "none" }
          : { kind: "bytes", bytes },
    },
  };
}

/** A short body, or null when it is longer or breaks off. Of what may have no body nothing is read. */
async function readUpTo(
  body: Bytes | null,
  maxBytes: number,
): Promise<Uint8Array | null> {
  if (maxBytes === 0) discardBody(body);
  if (body === null || maxBytes === 0) return new Uint8Array();
  return collect(body, maxBytes);
}
