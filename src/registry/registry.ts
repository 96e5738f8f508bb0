import { sha256 } from "@noble/hashes/sha2.js";
import type {
  ApplyResult,
  Records,
  Refused,
} from "../customer/apply-result.ts";
import { apply, keysOf } from "../customer/apply.ts";
import { parseCommand, type Command } from "../customer/command.ts";
import type { FeedPage } from "../customer/feed.ts";
import { standingKey } from "../customer/keys.ts";
import { toHex } from "./base64.ts";
import { parseEntry, type Entry, type NewEntry } from "./entry.ts";
import { Ledger } from "./ledger.ts";
import type { Sql } from "./ports.ts";
import {
  Subjects,
  stateOfSubject,
  type Due,
  type Subject,
  type SubjectState,
} from "./subjects.ts";
import { Tokens } from "./tokens.ts";
import { undo } from "./undo.ts";

/** What somebody asks the registry to change. */
export type Order =
  | { kind: "command"; command: unknown }
  | { kind: "undo"; seq: number; force: boolean };

export interface OrderTerms {
  /** Who asks. */
  actor: string;
  /** The same key and order get the same answer for 24 hours, and are carried out once. */
  idempotencyKey: string | null;
  /** The version that was looked at; null for any. */
  ifMatch: string | null;
  /** Why, for colleagues. */
  cause: string | null;
  dryRun: boolean;
}

export type OrderResult =
  | {
      kind: "done" | "planned";
      /** Of the entry; null for what was only planned. */
      seq: number | null;
      before: Record<string, string | null>;
      writes: Record<string, string | null>;
      /** Of the keys concerned, after this. */
      version: string;
    }
  | { kind: "malformed" | "changed" | "reused-key"; problem: string }
  | {
      kind: "refused";
      because: Refused["because"] | "unknown";
      problem: string;
    };

const keptAnswersMs = 86_400_000;

/** Who stands in entries about what was found in KV. */
const kvActor = "kv";

export interface RegistrySettings {
  /** For how long KV may show an older value than the one it has confirmed. */
  settlesMs: number;
  /** Called with a key of which KV was found to hold what no entry wrote. */
  observed?: (key: string) => void;
}

/** Every decision about the list: judged, written down and on its way to KV in one transaction, or not at all. */
export class Registry {
  readonly ledger: Ledger;
  readonly subjects: Subjects;
  readonly tokens: Tokens;
  readonly #sql: Sql;
  readonly #settings: RegistrySettings;

  constructor(sql: Sql, settings: RegistrySettings) {
    this.#sql = sql;
    this.#settings = settings;
    for (const statement of tables) sql.all(statement);
    this.ledger = new Ledger(sql);
    this.subjects = new Subjects(sql);
    this.tokens = new Tokens(sql);
  }

  /** The keys by which an order is judged; those whose texts in KV `carryOut` wants to know. Empty for one that says nothing. */
  keysFor(order: Order): string[] {
    switch (order.kind) {
      case "command": {
        const command = parseCommand(order.command);
        return command.ok ? subjectKeys(command.value) : [];
      }
      case "undo": {
        const entry = this.#entry(order.seq);
        return entry !== null && "writes" in entry
          ? Object.keys(entry.writes)
          : [];
      }
    }
  }

  /** Carries an order out. `found`: what KV was just seen to hold, as far as it could be read. */
  carryOut(
    order: Order,
    terms: OrderTerms,
    found: Records,
    { nowMs, salt }: { nowMs: number; salt: string },
  ): OrderResult {
    return this.#sql.transaction(() => {
      const digest = digestOf(order);
      const { actor, idempotencyKey } = terms;
      const answered = this.#answer(terms, digest, nowMs);
      if (answered !== null) return answered;
      this.observe(found, nowMs);
      const result = this.#decide(order, terms, { nowMs, salt });
      if (idempotencyKey !== null && !terms.dryRun)
        this.#sql.all(
          "INSERT OR REPLACE INTO answer (actor, key, digest, body, until_ms) VALUES (?, ?, ?, ?, ?)",
          actor,
          idempotencyKey,
          digest,
          JSON.stringify(result),
          nowMs + keptAnswersMs,
        );
      return result;
    });
  }

  #decide(
    order: Order,
    terms: OrderTerms,
    { nowMs, salt }: { nowMs: number; salt: string },
  ): OrderResult {
    const planned = this.#plan(order, nowMs);
    if (planned.kind !== "judged") return planned;
    const { result, keys, entry } = planned;
    const version = this.versionOf(keys);
    if (terms.ifMatch !== null && terms.ifMatch !== version)
      return {
        kind: "changed",
        problem: `${keys.join(", ")} has changed since it was looked at: its version is ${version}, and not ${terms.ifMatch}`,
      };
    if (result.kind === "refused") return result;
    const before = this.#textsOf([...result.writes.keys()]);
    const change = {
      before: Object.fromEntries(before),
      writes: Object.fromEntries(result.writes),
    };
    if (terms.dryRun) return { kind: "planned", seq: null, ...change, version };
    const { actor } = terms;
    const at = new Date(nowMs).toISOString();
    // A decision about what was found in KV accepts that it stands there.
    for (const key of keys) {
      const { drift } = this.subjects.find(key);
      if (drift === undefined) continue;
      const seq = this.ledger.append({
        at,
        actor,
        kind: "adopted",
        key,
        text: drift,
      });
      this.subjects.adopt(key, drift, seq, nowMs);
    }
    const cause = this.#keepSecret(terms.cause, salt);
    const seq = this.ledger.append({
      at,
      actor,
      ...(cause !== null && { cause }),
      ...entry,
      ...change,
    });
    this.subjects.change(result.writes, seq, nowMs);
    return { kind: "done", seq, ...change, version: this.versionOf(keys) };
  }

  #plan(order: Order, nowMs: number) {
    switch (order.kind) {
      case "command": {
        const command = parseCommand(order.command);
        if (!command.ok)
          return { kind: "malformed", problem: command.problem } as const;
        const keys = subjectKeys(command.value);
        const unknown = this.#findUnknown(command.value);
        if (unknown !== null) return unknown;
        const records = this.#textsOf(keys);
        return {
          kind: "judged",
          keys,
          result: apply(records, command.value, nowMs),
          entry: { kind: "commanded", command: commandObject(order.command) },
        } as const;
      }
      case "undo": {
        const undone = this.#entry(order.seq);
        if (undone === null)
          return {
            kind: "malformed",
            problem: `the ledger has no entry ${order.seq}`,
          } as const;
        const keys = this.keysFor(order);
        const result: ApplyResult = undo(undone, this.#textsOf(keys), {
          force: order.force,
          nowMs,
        });
        return {
          kind: "judged",
          keys,
          result,
          entry: { kind: "undone", undoes: order.seq },
        } as const;
      }
    }
  }

  /** A command about nobody the list knows is a slip of the pen, unless it is forced. */
  #findUnknown(command: Command): OrderResult | null {
    if (!("customer" in command) || command.force) return null;
    const { customer } = command;
    const { text, drift } = this.subjects.find(standingKey(customer));
    const isKnown =
      text !== null ||
      (drift ?? null) !== null ||
      this.subjects.sitesOf(customer).length > 0;
    return isKnown
      ? null
      : {
          kind: "refused",
          because: "unknown",
          problem: `the list has no customer ${customer}. Add --force if that is meant`,
        };
  }

  /** What KV was found to hold. What no entry wrote is entered as observed, once. */
  observe(found: Records, nowMs: number): void {
    this.#sql.transaction(() => {
      for (const [key, text] of found) this.#observe(key, text, nowMs);
    });
  }

  #observe(key: string, text: string | null, nowMs: number): void {
    const subject = this.subjects.find(key);
    const { drift } = subject;
    if (stateOfSubject(subject) === "pending") return;
    const known = drift === undefined ? subject.text : drift;
    if (!this.#isSettled(subject, nowMs) || text === known) return;
    const at = new Date(nowMs).toISOString();
    const base = { at, actor: kvActor, key, text };
    if (!this.isImported) {
      const seq = this.ledger.append({ ...base, kind: "imported" });
      this.subjects.adopt(key, text, seq, nowMs);
      return;
    }
    this.ledger.append({ ...base, kind: "observed" });
    this.#settings.observed?.(key);
    this.subjects.setDrift(key, text === subject.text ? null : { text });
  }

  /** Has all that stood in KV before the registry did been entered? */
  get isImported(): boolean {
    return this.#sql.all("SELECT 1 FROM imported").length > 0;
  }

  finishImport(): void {
    if (!this.isImported)
      this.#sql.all("INSERT INTO imported (done) VALUES (1)");
  }

  /** KV has confirmed a write. */
  confirm(due: Due, nowMs: number): void {
    this.#sql.transaction(() => this.subjects.confirm(due, nowMs));
  }

  /** KV shows an older value of the ledger's own: a confirmed write was lost, and is made again. */
  republish(key: string, nowMs: number): void {
    this.#sql.transaction(() => {
      const subject = this.subjects.find(key);
      const isDue = stateOfSubject(subject) === "pending";
      if (isDue || !this.#isSettled(subject, nowMs)) return;
      this.subjects.feed.announce(subject, [], nowMs);
      this.subjects.enqueue(subject, nowMs);
    });
  }

  /** What an edge is told that holds all up to an entry. */
  feedAfter(after: number, nowMs: number): FeedPage {
    const size = this.ledger.size();
    return this.#sql.transaction(() =>
      this.subjects.feed.page(after, size, nowMs),
    );
  }

  #isSettled({ publishedMs }: Subject, nowMs: number): boolean {
    return publishedMs === 0 || nowMs >= publishedMs + this.#settings.settlesMs;
  }

  /** Ends a drift: what KV holds stays, or what the ledger says is written anew. */
  settle(
    key: string,
    how: "adopted" | "reverted",
    { actor, nowMs }: { actor: string; nowMs: number },
  ): { seq: number } | { problem: string } {
    return this.#sql.transaction(() => {
      const { drift, text } = this.subjects.find(key);
      if (drift === undefined)
        return { problem: `${key} holds in KV what the ledger says` };
      const base = { at: new Date(nowMs).toISOString(), actor, key };
      if (how === "adopted") {
        const seq = this.ledger.append({ ...base, kind: how, text: drift });
        this.subjects.adopt(key, drift, seq, nowMs);
        return { seq };
      }
      const seq = this.ledger.append({ ...base, kind: how, text });
      this.subjects.change(new Map([[key, text]]), seq, nowMs);
      return { seq };
    });
  }

  /** Makes a token known, or withdraws it. */
  changeToken(
    token: { name: string; role: "viewer" | "operator" | null; hash: string },
    { actor, nowMs }: { actor: string; nowMs: number },
  ): { seq: number } {
    return this.#sql.transaction(() => {
      const { name, role, hash } = token;
      this.tokens.write(name, role, hash);
      const at = new Date(nowMs).toISOString();
      return {
        seq: this.ledger.append({ at, actor, kind: "token", name, role }),
      };
    });
  }

  /** Erases the text of a cause. Its hash stays in the ledger, whose root does not change. */
  redact(
    seq: number,
    why: string,
    { actor, nowMs }: { actor: string; nowMs: number },
  ): { seq: number } | { problem: string } {
    return this.#sql.transaction(() => {
      const secret = this.#entry(seq)?.cause;
      if (secret === undefined || this.causeOf(secret) === null)
        return { problem: `entry ${seq} has no cause that could be erased` };
      this.#sql.all(
        "UPDATE secret SET salt = '', text = NULL WHERE hash = ?",
        secret,
      );
      const at = new Date(nowMs).toISOString();
      return {
        seq: this.ledger.append({ at, actor, kind: "redacted", secret, why }),
      };
    });
  }

  /** Null once it is erased. */
  causeOf(hash: string): { salt: string; text: string } | null {
    const [row] = this.#sql.all(
      "SELECT salt, text FROM secret WHERE hash = ? AND text IS NOT NULL",
      hash,
    );
    return row === undefined
      ? null
      : { salt: String(row["salt"]), text: String(row["text"]) };
  }

  /** Of these keys together, to be compared only. */
  versionOf(keys: readonly string[]): string {
    return keys.map((key) => this.subjects.find(key).version).join(".");
  }

  /** What KV should hold, or holds instead. */
  look(key: string): { text: string | null; state: SubjectState; seq: number } {
    const subject = this.subjects.find(key);
    const { drift, text, seq } = subject;
    return {
      text: drift === undefined ? text : drift,
      state: stateOfSubject(subject),
      seq,
    };
  }

  #textsOf(keys: readonly string[]): Map<string, string | null> {
    return new Map(keys.map((key) => [key, this.look(key).text]));
  }

  #entry(seq: number): Entry | null {
    const line = this.ledger.find(seq);
    const entry = line === null ? null : parseEntry(line.text);
    return entry?.ok ? entry.value : null;
  }

  #answer(
    { actor, idempotencyKey }: OrderTerms,
    digest: string,
    nowMs: number,
  ): OrderResult | null {
    if (idempotencyKey === null) return null;
    this.#sql.all("DELETE FROM answer WHERE until_ms < ?", nowMs);
    const [row] = this.#sql.all(
      "SELECT digest, body FROM answer WHERE actor = ? AND key = ?",
      actor,
      idempotencyKey,
    );
    if (row === undefined) return null;
    return row["digest"] === digest
      ? JSON.parse(String(row["body"]))
      : {
          kind: "reused-key",
          problem: "the idempotency key was used for another order",
        };
  }

  #keepSecret(text: string | null, salt: string): string | null {
    if (text === null) return null;
    const hash = secretHash(salt, text);
    this.#sql.all(
      "INSERT OR IGNORE INTO secret (hash, salt, text) VALUES (?, ?, ?)",
      hash,
      salt,
      text,
    );
    return hash;
  }
}

/** What stands in an entry for a text that can be erased. */
export function secretHash(salt: string, text: string): string {
  return toHex(sha256(new TextEncoder().encode(salt + text)));
}

function digestOf(order: Order): string {
  return toHex(sha256(new TextEncoder().encode(JSON.stringify(order))));
}

/** The keys that judge a command, and the customer's own. */
function subjectKeys(command: Command): string[] {
  const own = "customer" in command ? [standingKey(command.customer)] : [];
  return [...new Set([...keysOf(command), ...own])];
}

/** As it was given, for the ledger: a command that parses is an object with a kind. */
function commandObject(
  given: unknown,
): Extract<NewEntry, { kind: "commanded" }>["command"] {
  return JSON.parse(JSON.stringify(given));
}

const tables = [
  "CREATE TABLE IF NOT EXISTS answer (actor TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, body TEXT NOT NULL, until_ms INTEGER NOT NULL, PRIMARY KEY (actor, key))",
  "CREATE TABLE IF NOT EXISTS secret (hash TEXT PRIMARY KEY, salt TEXT NOT NULL, text TEXT)",
  "CREATE TABLE IF NOT EXISTS imported (done INTEGER NOT NULL)",
];
