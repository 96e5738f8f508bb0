import * as v from "valibot";
import type { Kv, KvResult, Sql } from "../registry/ports.ts";

/** The database of a Durable Object. */
export function objectSql(storage: DurableObjectStorage): Sql {
  return {
    all: (query, ...values) =>
      storage.sql
        .exec(query, ...values)
        .toArray()
        .map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([name, value]) => [
              name,
              value instanceof ArrayBuffer ? null : value,
            ]),
          ),
        ),
    transaction: (work) => storage.transactionSync(work),
  };
}

const metadata = v.object({ seq: v.number() });

/** A namespace of Workers KV. Each value that the registry writes carries the number of its entry. */
export function namespaceKv(namespace: KVNamespace): Kv {
  return {
    write: (key, text, seq) =>
      answered(
        text === null
          ? namespace.delete(key)
          : namespace.put(key, text, { metadata: { seq } }),
        () => null,
      ),
    list: (cursor) =>
      answered(namespace.list({ cursor }), (page) => ({
        keys: page.keys.map(({ name, metadata: found }) => ({
          name,
          seq: v.is(metadata, found) ? found.seq : null,
        })),
        cursor: page.list_complete ? null : page.cursor,
      })),
    read: (keys) =>
      answered(namespace.get([...keys], "text"), (texts) => texts),
  };
}

/** What KV says when it wants to be left alone for a second (429). */
const tooManyRetryMs = 1_000;

async function answered<From, To>(
  operation: Promise<From>,
  convert: (value: From) => To,
): Promise<KvResult<To>> {
  return operation.then(
    (value): KvResult<To> => ({ ok: true, value: convert(value) }),
    (error: unknown): KvResult<To> => ({
      ok: false,
      problem: String(error),
      retryAfterMs: String(error).includes("429") ? tooManyRetryMs : null,
    }),
  );
}
