import { expect, test } from "vitest";
import { PopCache } from "../../src/sim/pop-cache.ts";

test("a shelf gives up what is wanted least when something else needs the room", () => {
  const shelf = new PopCache({ capacity: 10, algorithm: "lru" });
  shelf.put("a", new Uint8Array(4));
  shelf.put("b", "four");
  expect(shelf.bytes("a")?.byteLength).toBe(4);
  shelf.put("c", new Uint8Array(6));
  expect(shelf.text("b")).toBeNull();
  expect(shelf.bytes("a")?.byteLength).toBe(4);
  expect(shelf.bytes("c")?.byteLength).toBe(6);
});

test("what is too large is not kept, and what it was to replace is gone", () => {
  const shelf = new PopCache({ capacity: 10, algorithm: "lru" });
  shelf.put("a", "small");
  shelf.put("a", new Uint8Array(11));
  expect(shelf.text("a")).toBeNull();
  expect(shelf.bytes("a")).toBeNull();
});

test("a body is no text, and a text no body", () => {
  const shelf = new PopCache({ capacity: 10, algorithm: "lru" });
  shelf.put("a", "text");
  shelf.put("b", new Uint8Array(2));
  expect(shelf.bytes("a")).toBeNull();
  expect(shelf.text("b")).toBeNull();
  shelf.delete("a");
  expect(shelf.text("a")).toBeNull();
});
