import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Sql, SqlValue } from "../registry/ports.ts";

/** What a Durable Object has on disk, in memory. */
export function openSql(): Sql {
  const database = new DatabaseSync(":memory:");
  const statements = new Map<string, StatementSync>();
  let depth = 0;
  return {
    all(query, ...values) {
      const statement = statements.get(query) ?? database.prepare(query);
      statements.set(query, statement);
      return statement.all(...values).map((row) => {
        const read: Record<string, SqlValue> = {};
        for (const name in row) {
          const value = row[name];
          read[name] =
            typeof value === "string" || typeof value === "number"
              ? value
              : null;
        }
        return read;
      });
    },
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
