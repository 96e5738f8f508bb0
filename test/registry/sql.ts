import { DatabaseSync } from "node:sqlite";
import type { Sql } from "../../src/registry/ports.ts";

/** A database in memory, or in a file. */
export function openSql(path = ":memory:"): Sql {
  const database = new DatabaseSync(path);
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
      try {
        const result = work();
        database.exec(`RELEASE ${name}`);
        return result;
      } catch (error) {
        database.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
        throw error;
      } finally {
        depth -= 1;
      }
    },
  };
}
