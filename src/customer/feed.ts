import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import * as v from "valibot";
import type { Parsed } from "../parse/parsed.ts";
import { readValue } from "../parse/record.ts";

/** One key of the list that was changed lately, and which of its texts are over. */
export interface FeedEntry {
  key: string;
  /** What it says now; null where it does not exist. */
  text: string | null;
  /** The entry of the ledger that changed it last. */
  seq: number;
  /** Hashes of what it said before: what KV may still show. */
  supersedes: readonly string[];
}

/** What the registry tells an edge that asks for all after an entry. */
export interface FeedPage {
  /** The last entry that this page takes account of: what to ask after next time. */
  head: number;
  /** No entry before this one is told of any more: KV shows it everywhere. */
  floor: number;
  /** In the order of the ledger. */
  entries: readonly FeedEntry[];
  /** There are more after `head`. */
  more: boolean;
}

const page: v.GenericSchema<unknown, FeedPage> = v.object({
  head: v.number(),
  floor: v.number(),
  entries: v.array(
    v.object({
      key: v.string(),
      text: v.nullable(v.string()),
      seq: v.number(),
      supersedes: v.array(v.string()),
    }),
  ),
  more: v.boolean(),
});

export function parseFeedPage(text: string): Parsed<FeedPage> {
  return readValue(
    "the registry's feed",
    text,
    "a page of it",
    v.pipe(v.string(), v.parseJson(), page),
  );
}

/** By what a text of a key is told from another. */
export function textHash(text: string | null): string {
  return text === null
    ? "none"
    : bytesToHex(sha256(utf8ToBytes(text)).subarray(0, 16));
}
