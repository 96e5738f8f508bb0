import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "./base64.ts";
import type { Sql } from "./ports.ts";

export const roles = ["viewer", "operator"] as const;

/** A viewer reads; an operator decides too. */
export type Role = (typeof roles)[number];

export interface Actor {
  name: string;
  role: Role;
}

/** What is kept of a token. Its 256 random bits need no slower hash. */
export function tokenHash(token: string): string {
  return toHex(sha256(new TextEncoder().encode(token)));
}

/** Who may ask, by the hash of a token. Called within a transaction. */
export class Tokens {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.all(
      "CREATE TABLE IF NOT EXISTS actor (name TEXT PRIMARY KEY, role TEXT, token_hash TEXT NOT NULL)",
    );
  }

  find(hash: string): Actor | null {
    const [row] = this.#sql.all(
      "SELECT name, role FROM actor WHERE token_hash = ? AND role IS NOT NULL",
      hash,
    );
    return row === undefined ? null : actorOf(row);
  }

  /** Whoever somebody else has vouched for by name. */
  named(name: string): Actor | null {
    const [row] = this.#sql.all(
      "SELECT name, role FROM actor WHERE name = ? AND role IS NOT NULL",
      name,
    );
    return row === undefined ? null : actorOf(row);
  }

  list(): { name: string; role: Role | null }[] {
    return this.#sql
      .all("SELECT name, role FROM actor ORDER BY name")
      .map((row) => ({
        name: String(row["name"]),
        role: row["role"] === null ? null : actorOf(row).role,
      }));
  }

  /** Without a role it lets nobody in. */
  write(name: string, role: Role | null, hash: string): void {
    this.#sql.all(
      "INSERT OR REPLACE INTO actor (name, role, token_hash) VALUES (?, ?, ?)",
      name,
      role,
      hash,
    );
  }
}

function actorOf(row: Readonly<Record<string, unknown>>): Actor {
  return {
    name: String(row["name"]),
    role: row["role"] === "operator" ? "operator" : "viewer",
  };
}
