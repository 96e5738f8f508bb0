import { textHash, type FeedEntry, type FeedPage } from "../customer/feed.ts";
import { boundedMap, textBytes, type BoundedMap } from "./bounded-map.ts";
import type { SharedResult } from "./shared-result.ts";

/** What an isolate knows of the registry's feed. The list's word counts, unless it is one that the registry has replaced. */
export class FeedMemory {
  /** The last entry of the ledger that is taken account of. */
  head = 0;
  /** Of when it is: what it says is at least as new as that. */
  readAtMs = -Infinity;
  /** When the last attempt to read it failed; null since one succeeded. */
  failedAtMs: number | null = null;
  /** When that was last logged. */
  loggedAtMs = -Infinity;
  underWay: {
    result: SharedResult<{ kind: "done" }>;
    beganAtMs: number;
  } | null = null;
  readonly #entries: BoundedMap<FeedEntry>;

  /** Where they take more, those not asked about for longest go: the list alone says what becomes of those keys. */
  constructor(maxBytes: number) {
    this.#entries = boundedMap(maxBytes, entryBytes);
  }

  /** What a key says of which the list says `text`. */
  correct(key: string, text: string | null): string | null {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.supersedes.includes(textHash(text))
      ? entry.text
      : text;
  }

  /** Takes in what the registry, or a copy, says; answers with what was new. */
  take(page: FeedPage): readonly FeedEntry[] {
    // A ledger that is shorter than it was has been restored from a backup.
    if (page.head < this.head) this.#entries.clear();
    this.head = page.head;
    for (const [key, { seq }] of this.#entries.entries())
      if (seq < page.floor) this.#entries.delete(key);
    const fresh = page.entries.filter(
      ({ key, seq }) => this.#entries.peek(key)?.seq !== seq,
    );
    for (const entry of fresh) this.#entries.set(entry.key, entry);
    return fresh;
  }

  /** All of it, for other isolates. */
  get page(): FeedPage {
    const entries = [...this.#entries.values()].toSorted(
      (a, b) => a.seq - b.seq,
    );
    return {
      head: this.head,
      floor: entries[0]?.seq ?? this.head + 1,
      entries,
      more: false,
    };
  }
}

function entryBytes({ text, supersedes }: FeedEntry): number {
  return textBytes(text ?? "") + 64 * supersedes.length;
}
