import { expect, test } from "vitest";
import { PopCache } from "../../src/sim/pop-cache.ts";

test("a PoP cache gives up what is wanted least when something else needs the room", () => {
  const popCache = new PopCache({ capacity: 10, algorithm: "lru" });
  popCache.put("a", new Uint8Array(4));
  popCache.put("b", "four");
  expect(popCache.bytes("a")?.byteLength).toBe(4);
  popCache.put("c", new Uint8Array(6));
  expect(popCache.text("b")).toBeNull();
  expect(popCache.bytes("a")?.byteLength).toBe(4);
  expect(popCache.bytes("c")?.byteLength).toBe(6);
});

test("what is too large is not kept, and what it was to replace is gone", () => {
  const popCache = new PopCache({ capacity: 10, algorithm: "lru" });
  popCache.put("a", "small");
  popCache.put("a", new Uint8Array(11));
  expect(popCache.text("a")).toBeNull();
  expect(popCache.bytes("a")).toBeNull();
});

test("a body is no text, and a text no body", () => {
  const popCache = new PopCache({ capacity: 10, algorithm: "lru" });
  popCache.put("a", "text");
  popCache.put("b", new Uint8Array(2));
  expect(popCache.bytes("a")).toBeNull();
  expect(popCache.text("b")).toBeNull();
  popCache.delete("a");
  expect(popCache.text("a")).toBeNull();
});
