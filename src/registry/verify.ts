import * as v from "valibot";
import { toBase64 } from "./base64.ts";
import type { Parsed } from "../parse/parsed.ts";
import {
  openCheckpoint,
  type Checkpoint,
  type Verifier,
} from "./checkpoint.ts";
import { append, emptyTree, leafHash, rootOf, type Tree } from "./merkle.ts";

// An export is lines of JSON: entries in their order, each with its leaf, and signed heads, each after the last entry that it is
// about.

const line = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.object({ seq: v.number(), leaf: v.string(), entry: v.string() }),
    v.object({ head: v.string() }),
  ]),
);

/** How an entry stands in an export. */
export function entryLine(kept: {
  seq: number;
  leaf: string;
  text: string;
}): string {
  const { seq, leaf, text: entry } = kept;
  return JSON.stringify({ seq, leaf, entry });
}

/** How a signed head stands in an export. */
export function headLine(head: string): string {
  return JSON.stringify({ head });
}

export type Verification =
  | { ok: true; entries: number; heads: number; origin: string }
  | { ok: false; problem: string };

/** The last head of an export: what a later one is held against. Null where there is none. */
export async function lastHead(
  lines: AsyncIterable<string>,
  verifier: Verifier,
): Promise<Parsed<Checkpoint>> {
  let note: string | null = null;
  for await (const text of lines) {
    const read = v.safeParse(line, text);
    if (read.success && "head" in read.output) note = read.output.head;
  }
  return note === null
    ? { ok: false, problem: "there is no signed head in it" }
    : openCheckpoint(note, verifier);
}

/** Checks an export line by line, in memory that does not grow with it. */
export class Verifying {
  readonly #verifier: Verifier;
  /** A head that was seen before: the ledger has to have gone through it. */
  readonly #since: Checkpoint | null;
  #tree: Tree = emptyTree;
  #heads = 0;
  #signedSize = 0;
  #problem: string | null = null;

  constructor(verifier: Verifier, since: Checkpoint | null = null) {
    this.#verifier = verifier;
    this.#since = since;
  }

  /** Answers with false after the first problem. */
  async take(text: string): Promise<boolean> {
    this.#problem ??= await this.#check(text);
    return this.#problem === null;
  }

  end(): Verification {
    const { size } = this.#tree;
    if (this.#problem !== null) return { ok: false, problem: this.#problem };
    if (this.#heads === 0)
      return {
        ok: false,
        problem: "there is no signed head: nothing is proven",
      };
    const seen = this.#since?.size ?? 0;
    if (size < seen)
      return {
        ok: false,
        problem: `${entries(size + 1, seen)}: removed: the head that was seen before stands after entry ${seen}`,
      };
    return size === this.#signedSize
      ? {
          ok: true,
          entries: size,
          heads: this.#heads,
          origin: this.#verifier.name,
        }
      : {
          ok: false,
          problem: `${entries(this.#signedSize + 1, size)}: no signed head is about ${this.#signedSize + 1 === size ? "it" : "them"}`,
        };
  }

  async #check(text: string): Promise<string | null> {
    const read = v.safeParse(line, text);
    const next = this.#tree.size + 1;
    if (!read.success)
      return `after entry ${this.#tree.size}: the line is ${JSON.stringify(text.slice(0, 60))}; expected an entry or a head`;
    return "head" in read.output
      ? this.#checkHead(read.output.head)
      : this.#checkEntry(read.output, next);
  }

  #checkEntry(
    { seq, leaf, entry }: { seq: number; leaf: string; entry: string },
    next: number,
  ): string | null {
    if (seq !== next)
      return seq > next
        ? `${entries(next, seq - 1)}: removed, or moved`
        : `entry ${seq}: stands twice, was inserted or moved, after entry ${next - 1}`;
    const hash = leafHash(entry);
    if (toBase64(hash) !== leaf)
      return `entry ${seq}: changed: its text does not have the hash that stands beside it`;
    if (!new RegExp(`^\\{"seq":${seq},`).test(entry))
      return `entry ${seq}: its text is that of another entry`;
    this.#tree = append(this.#tree, hash);
    return this.#since?.size === seq && !this.#hasRoot(this.#since.root)
      ? `${entries(1, seq)}: written anew: the head that was seen before, after entry ${seq}, is about others`
      : null;
  }

  #hasRoot(root: Uint8Array): boolean {
    return toBase64(root) === toBase64(rootOf(this.#tree));
  }

  async #checkHead(note: string): Promise<string | null> {
    const { size } = this.#tree;
    const head = await openCheckpoint(note, this.#verifier);
    if (!head.ok) return `after entry ${size}: ${head.problem}`;
    const { origin } = head.value;
    if (origin !== this.#verifier.name)
      return `after entry ${size}: the head is one of ${origin}, not of ${this.#verifier.name}`;
    if (head.value.size > size)
      return `${entries(size + 1, head.value.size)}: removed: a head of ${head.value.size} entries is signed`;
    if (head.value.size < size)
      return `after entry ${size}: the head of ${head.value.size} entries has been moved`;
    if (!this.#hasRoot(head.value.root))
      return `${entries(this.#signedSize + 1, size)}: changed: the signed head of ${size} entries is about others`;
    this.#heads += 1;
    this.#signedSize = size;
    return null;
  }
}

function entries(first: number, last: number): string {
  return first === last ? `entry ${first}` : `entries ${first} to ${last}`;
}
