import { describe, expect, test } from "vitest";
import { toHex } from "../../src/registry/base64.ts";
import {
  append,
  emptyTree,
  leafHash,
  rootOf,
} from "../../src/registry/merkle.ts";
import { sha256 } from "@noble/hashes/sha2.js";

const decoder = new TextDecoder();
/** The inputs and roots of certificate-transparency's reference tests for RFC 6962 §2.1. */
const leaves = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((hex) => decoder.decode(Buffer.from(hex, "hex")));
const roots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

test("the roots are those of the reference tests of RFC 6962", () => {
  expect(toHex(rootOf(emptyTree))).toBe(toHex(sha256(new Uint8Array())));
  let tree = emptyTree;
  leaves.forEach((leaf, at) => {
    tree = append(tree, leafHash(leaf));
    expect(toHex(rootOf(tree))).toBe(roots[at]);
  });
});

describe("the frontier", () => {
  test("has as many subtrees as the size has ones in binary", () => {
    let tree = emptyTree;
    for (let size = 1; size <= 300; size += 1) {
      tree = append(tree, leafHash(String(size)));
      expect(tree.frontier).toHaveLength(
        size.toString(2).replaceAll("0", "").length,
      );
    }
  });
});
