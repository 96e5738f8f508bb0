import { Arc } from "./arc.ts";
import type { Evicted, Eviction } from "./eviction.ts";
import { Fifo } from "./fifo.ts";
import { Gdsf } from "./gdsf.ts";
import { Lfu } from "./lfu.ts";
import { Lru } from "./lru.ts";
import { S3Fifo } from "./s3-fifo.ts";
import { Sieve } from "./sieve.ts";

/** The eviction algorithms, as scenario files, options and reports call them. */
export const algorithmNames = [
  "lru",
  "fifo",
  "lfu",
  "gdsf",
  "arc",
  "sieve",
  "s3-fifo",
] as const;

export type Algorithm = (typeof algorithmNames)[number];

export const algorithms: Readonly<
  Record<Algorithm, (capacity: number, evicted?: Evicted) => Eviction>
> = {
  lru: (capacity, evicted) => new Lru(capacity, evicted),
  fifo: (capacity, evicted) => new Fifo(capacity, evicted),
  lfu: (capacity, evicted) => new Lfu(capacity, evicted),
  gdsf: (capacity, evicted) => new Gdsf(capacity, evicted),
  arc: (capacity, evicted) => new Arc(capacity, evicted),
  sieve: (capacity, evicted) => new Sieve(capacity, evicted),
  "s3-fifo": (capacity, evicted) => new S3Fifo(capacity, evicted),
};
