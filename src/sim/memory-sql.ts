import { DatabaseSync } from "node:sqlite";
import type { Sql } from "../registry/ports.ts";

/** What a Durable Object has on disk, in memory. */
export function openSql(): Sql {
  const database = new DatabaseSync(":memory:");
  let depth = 0;
  return {
    all: (query, ...values) =>
      database
        .prepare(query)
        .all(...values)
        .map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([name, value]) => [
              name,
              typeof value === "string" || typeof value === "number"
                ? value
                : null,
            ]),
          ),
        ),
    transaction(work) {
      const name = `t${depth++}`;
      database.exec(`SAVEPOINT ${name}`);
      let isDone = false;
      try {
        const result = work();
        isDone = true;
        return result;
      } finally {
        if (!isDone) database.exec(`ROLLBACK TO ${name}`);
        database.exec(`RELEASE ${name}`);
        depth -= 1;
      }
    },
  };
}
