import { answerConditional } from "../cache/conditional.ts";
import { freshnessOf } from "../cache/freshness.ts";
import type { Segment } from "../cache/multipart.ts";
import {
  multipartOf,
  planRange,
  rangedHead,
  type RangePlan,
} from "../cache/ranges.ts";
import { cacheStatus, type Handled } from "../cache/status.ts";
import type { Stored } from "../cache/stored.ts";
import { httpDate } from "../http/date.ts";
import type { FieldLine } from "../http/fields.ts";
import type { Bytes, Reply, ReplyBody, Watch } from "../world.ts";
import type { Asked } from "./asked.ts";
import type { Edge } from "./edge.ts";
import { bodyOf } from "./holdings.ts";
import { pieces } from "./pieces.ts";
import type { Held } from "./response-memory.ts";

/** Fields a stored response has from its own way here, which this answer says anew. */
const saidAnew = new Set(["age", "cache-status"]);

/** Answers from a stored response (RFC 9111 §4), conditions and ranges included; null when its body is gone. */
export async function serve(
  asked: Asked,
  held: Held,
  handled: Handled,
  edge: Edge,
): Promise<Reply | null> {
  const { request, resource } = asked;
  const { stored } = held;
  const fields = ownFields(asked, stored, handled, edge);
  const conditional = answerConditional(request, stored);
  if (conditional.kind === "not-modified")
    return {
      status: 304,
      fields: [...without(conditional.fields), ...fields],
      body: { kind: "none" },
    };
  const plan = planRange(request, stored, () => edge.world.randomHex(12));
  if (plan.kind === "elsewhere") return null;
  const head = rangedHead(plan, stored);
  const answer = (body: ReplyBody): Reply => ({
    status: head.status,
    fields: [...without(head.fields), ...fields, ...dated(plan, edge)],
    body,
  });
  if (
    request.method === "HEAD" ||
    plan.kind === "unsatisfiable" ||
    isBodiless(stored.status)
  )
    return answer({ kind: "none" });
  const bytes = await bodyOf(resource.key, held, edge);
  if (bytes === null) return null;
  const offset = stored.range?.first ?? 0;
  const open = async () => bodyOf(resource.key, held, edge);
  const segments = segmentsOf(plan, stored);
  return answer(
    replyBody(
      segments === null ? bytes : pieces(segments, offset, bytes, open),
      asked.watch,
    ),
  );
}

/** What to send of the body, null for all of it. */
function segmentsOf(plan: RangePlan, stored: Stored): Segment[] | null {
  switch (plan.kind) {
    case "part":
      return [{ kind: "slice", first: plan.first, last: plan.last }];
    case "parts":
      return multipartOf(plan, stored).segments;
    case "whole":
    case "unsatisfiable":
    case "elsewhere":
      return null;
  }
}

export function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

export function replyBody(bytes: Bytes, watch: Watch): ReplyBody {
  return bytes instanceof Uint8Array
    ? { kind: "bytes", bytes }
    : { kind: "stream", stream: bytes, watch };
}

/** RFC 9111 §5.1 and RFC 9211. Of what a cache nearer the origin once said nothing is true of this answer. */
function ownFields(
  { site }: Asked,
  stored: Stored,
  handled: Handled,
  { world, config }: Edge,
): FieldLine[] {
  const { ageSeconds } = freshnessOf(stored, site.cache, world.nowMs());
  return [
    ["Age", String(ageSeconds)],
    ["Cache-Status", cacheStatus(config.name, handled)],
  ];
}

const without = (fields: readonly FieldLine[]) =>
  fields.filter(([name]) => !saidAnew.has(name.toLowerCase()));

/** A 416 has none of the stored fields, Date included. */
function dated(plan: RangePlan, { world }: Edge): FieldLine[] {
  return plan.kind === "unsatisfiable"
    ? [["Date", httpDate(world.nowMs())]]
    : [];
}
