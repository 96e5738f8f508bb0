import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "../../src/sim/event-queue.ts";

test("a queue gives back what a stable sort would, with pushes and pops mixed", () => {
  const step = fc.oneof(
    fc.record({ atMs: fc.integer({ min: 0, max: 20 }) }),
    fc.constant("pop" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new EventQueue();
      let model: { atMs: number; name: number }[] = [];
      const popped: (number | undefined)[] = [];
      const expected: (number | undefined)[] = [];
      for (const [name, next] of steps.entries())
        if (next === "pop") {
          queue.pop()?.run();
          expected.push(model.shift()?.name);
          if (popped.length < expected.length) popped.push(undefined);
        } else {
          queue.push({ ...next, run: () => popped.push(name) });
          model = [...model, { ...next, name }].toSorted(
            (one, other) => one.atMs - other.atMs,
          );
        }
      expect(popped).toEqual(expected);
      expect([queue.size, queue.nextAtMs]).toEqual([
        model.length,
        model[0]?.atMs ?? Infinity,
      ]);
    }),
  );
});

test("an empty queue has nothing, and that never", () => {
  const queue = new EventQueue();
  expect([queue.pop(), queue.nextAtMs, queue.size]).toEqual([
    undefined,
    Infinity,
    0,
  ]);
});
