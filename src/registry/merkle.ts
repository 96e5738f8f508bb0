import { sha256 } from "@noble/hashes/sha2.js";

// The Merkle tree of RFC 6962 §2.1 (unchanged in RFC 9162 §2.1), built from left to right.

const encoder = new TextEncoder();

/** The hash of an entry: of 0x00 and its bytes. */
export function leafHash(text: string): Uint8Array {
  return prefixedHash(0, encoder.encode(text));
}

/** The tree over no entries at all. */
export const emptyTree: Tree = { size: 0, frontier: [] };

/** A tree as far as appending to it needs: the complete subtrees from left to right, the largest first. */
export interface Tree {
  size: number;
  frontier: readonly Uint8Array[];
}

/** The tree with one more leaf on the right. */
export function append({ size, frontier }: Tree, leaf: Uint8Array): Tree {
  const left = [...frontier];
  let node = leaf;
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2)
    node = nodeHash(left.pop() ?? node, node);
  return { size: size + 1, frontier: [...left, node] };
}

/** The hash that stands for all entries in their order. */
export function rootOf({ frontier }: Tree): Uint8Array {
  return frontier.length === 0
    ? sha256(new Uint8Array())
    : frontier.reduceRight((right, left) => nodeHash(left, right));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return prefixedHash(1, left, right);
}

function prefixedHash(prefix: number, ...parts: Uint8Array[]): Uint8Array {
  const hash = sha256.create().update(Uint8Array.of(prefix));
  for (const part of parts) hash.update(part);
  return hash.digest();
}
