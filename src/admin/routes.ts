import * as v from "valibot";
import { standingKey, purgeKey } from "../customer/keys.ts";
import { printable } from "../parse/text.ts";
import { parseEntry } from "../registry/entry.ts";
import type { Order, OrderResult } from "../registry/registry.ts";
import { stateOfSubject, type Subject } from "../registry/subjects.ts";
import { roles, tokenHash, type Actor, type Role } from "../registry/tokens.ts";
import { entryLine, headLine } from "../registry/verify.ts";
import type { Office } from "./office.ts";

/** A request of a route, its role checked and its members parsed. */
interface Call<Input> {
  input: Input;
  actor: Actor;
  office: Office;
  /** Idempotency-Key and If-Match. */
  idempotencyKey: string | null;
  ifMatch: string | null;
}

export type Answer =
  | { kind: "json"; body: object; version?: string }
  | { kind: "lines"; lines: Iterable<string> }
  | { kind: "problem"; status: number; detail: string; because?: string };

/** What the API offers: the one table of its paths, who may ask, what they take. */
export interface Route {
  method: "get" | "post";
  path: string;
  role: Role;
  does: string;
  /** Of the query for GET, of the JSON body for POST. */
  input: v.GenericSchema<unknown, unknown>;
  answer: (call: Call<unknown>) => Promise<Answer> | Answer;
}

function route<Input>(
  shape: Omit<Route, "input" | "answer"> & {
    input: v.GenericSchema<unknown, Input>;
    answer: (call: Call<Input>) => Promise<Answer> | Answer;
  },
): Route {
  const { input, answer } = shape;
  return {
    ...shape,
    answer: (call) => {
      // The same schema has let it pass; this gives it its type.
      return answer({ ...call, input: v.parse(input, call.input) });
    },
  };
}

/** How old a look at KV may be for an answer. Who asks for drift has just heard of an edit, or made one. */
const lookedAtMs = 1_000;

const nothing = v.strictObject({});
const wholeNumber = v.pipe(
  v.union([v.string(), v.number()]),
  v.toNumber(),
  v.safeInteger(),
  v.minValue(0),
);
const limit = v.optional(v.pipe(wholeNumber, v.maxValue(1000)), 100);
const line = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(1000));

export const routes: readonly Route[] = [
  route({
    method: "post",
    path: "/v1/orders",
    role: "operator",
    does: "Carry out a command, or undo an entry. With dryRun, say what that would write. Idempotency-Key makes repeating it harmless; If-Match has it refused when the version has changed.",
    input: v.strictObject({
      order: v.variant("kind", [
        v.strictObject({ kind: v.literal("command"), command: v.unknown() }),
        v.strictObject({
          kind: v.literal("undo"),
          seq: wholeNumber,
          force: v.optional(v.boolean(), false),
        }),
      ]),
      cause: v.optional(v.nullable(line), null),
      dryRun: v.optional(v.boolean(), false),
    }),
    async answer({ input, actor, office, idempotencyKey, ifMatch }) {
      const { order, cause, dryRun } = input;
      const given: Order =
        order.kind === "command"
          ? { kind: "command", command: order.command }
          : order;
      return answerOrder(
        await office.carryOut(given, {
          actor: actor.name,
          idempotencyKey,
          ifMatch,
          cause,
          dryRun,
        }),
        office,
      );
    },
  }),
  route({
    method: "get",
    path: "/v1/entries",
    role: "viewer",
    does: "The ledger, the newest entry first; `before` of an answer is where the next page begins. `customer` or `key` leave out the others.",
    input: v.strictObject({
      before: v.optional(wholeNumber),
      limit,
      customer: v.optional(v.string()),
      key: v.optional(v.string()),
    }),
    async answer({
      input: { before, customer, key, limit: maxEntries },
      office,
    }) {
      await office.freshen(lookedAtMs);
      const { ledger } = office.registry;
      const ofCustomer =
        customer === undefined ? [] : keysOfCustomer(customer, office);
      const ofKey = key === undefined ? [] : [key];
      const keys = [...ofCustomer, ...ofKey];
      const lines = ledger.before(before ?? Number.MAX_SAFE_INTEGER, {
        keys: keys.length === 0 ? null : keys,
        limit: maxEntries,
      });
      const entries = lines.flatMap(({ text }) => {
        const entry = parseEntry(text);
        if (!entry.ok) return [];
        const { cause } = entry.value;
        const said =
          cause === undefined ? null : office.registry.causeOf(cause);
        return [{ ...entry.value, causeText: said?.text ?? null }];
      });
      const next =
        lines.length < maxEntries ? null : (lines.at(-1)?.seq ?? null);
      return { kind: "json", body: { entries, before: next } };
    },
  }),
  route({
    method: "get",
    path: "/v1/export",
    role: "viewer",
    does: "The whole ledger as lines of JSON, with its signed heads: what `portcullis verify` checks.",
    input: nothing,
    answer: async ({ office }) => {
      const { ledger } = office.registry;
      await office.sign();
      // What others have entered meanwhile has no signature yet.
      const signed = office.getPublicKey() === null ? null : ledger.lastHead();
      const size = signed?.size ?? ledger.size();
      return { kind: "lines", lines: exportLines(office, size) };
    },
  }),
  route({
    method: "get",
    path: "/v1/head",
    role: "viewer",
    does: "The newest signed head (a C2SP checkpoint), and the public key that it verifies by.",
    input: nothing,
    answer: ({ office }) => ({
      kind: "json",
      body: {
        head: office.registry.ledger.lastHead()?.note ?? null,
        key: office.getPublicKey(),
      },
    }),
  }),
  route({
    method: "get",
    path: "/v1/records",
    role: "viewer",
    does: "The list as KV holds it or is about to: keys in ascending order, `after` of an answer for the next page.",
    input: v.strictObject({
      prefix: v.optional(v.string(), ""),
      after: v.optional(v.string(), ""),
      limit,
    }),
    async answer({ input: { prefix, after, limit: maxEntries }, office }) {
      await office.freshen(lookedAtMs);
      const subjects = office.registry.subjects.list(prefix, after, maxEntries);
      const last = subjects.length < maxEntries ? null : subjects.at(-1);
      return {
        kind: "json",
        body: { records: subjects.map(recordOf), after: last?.key ?? null },
      };
    },
  }),
  route({
    method: "get",
    path: "/v1/propagation",
    role: "viewer",
    does: "How far the last change about a customer has come: when KV confirmed it, and which points of presence hold it, by their own word.",
    input: v.strictObject({ customer: v.string() }),
    answer: ({ input: { customer }, office }) =>
      answerPropagation(customer, office),
  }),
  route({
    method: "post",
    path: "/v1/records/read",
    role: "viewer",
    does: "What KV holds under these keys, or is about to, and since when: null where it stood there before the registry did.",
    input: v.strictObject({
      keys: v.pipe(v.array(v.string()), v.maxLength(1000)),
    }),
    async answer({ input: { keys }, office }) {
      await office.freshen(lookedAtMs);
      return {
        kind: "json",
        body: {
          records: keys.map((key) => ({
            ...recordOf(office.registry.subjects.find(key)),
            since: sinceOf(key, office),
          })),
        },
      };
    },
  }),
  route({
    method: "get",
    path: "/v1/drift",
    role: "viewer",
    does: "Keys that hold in KV what no entry wrote.",
    input: nothing,
    async answer({ office }) {
      await office.freshen(0);
      const drifted = office.registry.subjects.drifted(1000);
      return {
        kind: "json",
        body: {
          drifted: drifted.map(({ key, text, drift }) => ({
            key,
            ledger: text,
            found: drift ?? null,
          })),
        },
      };
    },
  }),
  route({
    method: "post",
    path: "/v1/drift",
    role: "operator",
    does: "End the drift of a key: adopt what KV holds, or revert it to what the ledger says.",
    input: v.strictObject({
      key: v.string(),
      how: v.picklist(["adopt", "revert"]),
    }),
    async answer({ input: { key, how }, actor, office }) {
      await office.freshen(0);
      const settled = office.registry.settle(
        key,
        how === "adopt" ? "adopted" : "reverted",
        { actor: actor.name, nowMs: office.nowMs() },
      );
      await office.publish();
      return "problem" in settled
        ? { kind: "problem", status: 409, detail: settled.problem }
        : { kind: "json", body: settled };
    },
  }),
  route({
    method: "get",
    path: "/v1/tokens",
    role: "operator",
    does: "Who has a token, and what for.",
    input: nothing,
    answer: ({ office }) => ({
      kind: "json",
      body: { tokens: office.registry.tokens.list() },
    }),
  }),
  route({
    method: "post",
    path: "/v1/tokens",
    role: "operator",
    does: "Make a token for a name, in place of an earlier one, or withdraw it (role null). The answer is the only place where the token stands.",
    input: v.strictObject({
      name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._@-]{0,62}$/)),
      role: v.nullable(v.picklist(roles)),
    }),
    answer({ input: { name, role }, actor, office }) {
      const token = office.randomHex(32);
      const { seq } = office.registry.changeToken(
        { name, role, hash: tokenHash(token) },
        { actor: actor.name, nowMs: office.nowMs() },
      );
      return {
        kind: "json",
        body: { seq, name, role, token: role === null ? null : token },
      };
    },
  }),
  route({
    method: "post",
    path: "/v1/redactions",
    role: "operator",
    does: "Erase the cause of an entry; its salted hash stays, so the ledger still verifies.",
    input: v.strictObject({ seq: wholeNumber, why: line }),
    async answer({ input: { seq, why }, actor, office }) {
      const redacted = office.registry.redact(seq, why, {
        actor: actor.name,
        nowMs: office.nowMs(),
      });
      await office.publish();
      return "problem" in redacted
        ? { kind: "problem", status: 409, detail: redacted.problem }
        : { kind: "json", body: redacted };
    },
  }),
  route({
    method: "get",
    path: "/v1/status",
    role: "viewer",
    does: "How many entries there are, what has not come to KV yet, and how many keys have drifted.",
    input: nothing,
    async answer({ actor, office }) {
      await office.freshen(lookedAtMs);
      const { ledger, subjects, isImported } = office.registry;
      return {
        kind: "json",
        body: {
          actor,
          entries: ledger.size(),
          isImported,
          backlog: subjects.backlog(),
          drifted: subjects.drifted(1000).length,
        },
      };
    },
  }),
];

function answerOrder(result: OrderResult, { registry }: Office): Answer {
  switch (result.kind) {
    case "done":
    case "planned": {
      const isConfirmed = Object.keys(result.writes).every(
        (key) => registry.look(key).state === "synced",
      );
      const { version, ...body } = result;
      return { kind: "json", body: { ...body, version, isConfirmed }, version };
    }
    case "malformed":
      return { kind: "problem", status: 400, detail: result.problem };
    case "changed":
      return { kind: "problem", status: 412, detail: result.problem };
    case "reused-key":
      return { kind: "problem", status: 422, detail: result.problem };
    case "refused":
      return {
        kind: "problem",
        status: 409,
        detail: result.problem,
        because: result.because,
      };
  }
}

function keysOfCustomer(customer: string, { registry }: Office): string[] {
  return [
    standingKey(customer),
    purgeKey(customer),
    ...registry.subjects.sitesOf(customer),
  ];
}

function answerPropagation(customer: string, office: Office): Answer {
  const { registry, pops } = office;
  const [last] = keysOfCustomer(customer, office)
    .map((key) => registry.subjects.find(key))
    .toSorted((a, b) => b.seq - a.seq);
  const kept = last === undefined ? null : registry.ledger.find(last.seq);
  const entry = kept === null ? null : parseEntry(kept.text);
  if (last === undefined || !entry?.ok)
    return {
      kind: "problem",
      status: 404,
      detail: `the ledger has no entry about ${printable(customer)}`,
    };
  const { key, text, seq, publishedSeq, publishedMs } = last;
  const { at, actor } = entry.value;
  return {
    kind: "json",
    body: {
      key,
      text,
      seq,
      at,
      actor,
      confirmedAt: seq === publishedSeq ? instantOf(publishedMs) : null,
      pops: pops.holding(seq, office.nowMs()).map((pop) => ({
        name: pop.name,
        state: pop.state,
        since: pop.sinceMs === null ? null : instantOf(pop.sinceMs),
        heard: instantOf(pop.heardMs),
      })),
    },
  };
}

/** When what a key holds was entered, or first seen; null where it stood there before the registry did. */
function sinceOf(key: string, { registry }: Office): string | null {
  const [last, before] = registry.ledger
    .before(Number.MAX_SAFE_INTEGER, { keys: [key], limit: 2 })
    .map(({ text }) => parseEntry(text));
  if (!last?.ok || last.value.kind === "imported") return null;
  // What was adopted had been found before.
  const isFound = last.value.kind === "adopted" && before?.ok;
  return isFound && before.value.kind === "observed"
    ? before.value.at
    : last.value.at;
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}

function recordOf(subject: Subject) {
  const { key, text, seq, drift } = subject;
  return {
    key,
    text: drift === undefined ? text : drift,
    state: stateOfSubject(subject),
    seq,
  };
}

const exportPage = 500;

/** So many entries, and the heads about them. */
function* exportLines(
  { registry: { ledger } }: Office,
  size: number,
): Generator<string> {
  for (let seq = 0; seq < size;) {
    const lines = ledger.after(seq, Math.min(exportPage, size - seq));
    const last = lines.at(-1)?.seq ?? size;
    const heads = new Map(
      ledger.heads(seq, exportPage).map((head) => [head.size, head.note]),
    );
    for (const kept of lines) {
      yield entryLine(kept);
      const note = heads.get(kept.seq);
      if (note !== undefined) yield headLine(note);
    }
    seq = last;
  }
}
