import { describe, expect, test } from "vitest";
import { parseSite } from "../../src/customer/site.ts";
import {
  RecordMemory,
  recordMemoryBytes,
  recordShares,
} from "../../src/edge/record-memory.ts";

const share = { recordsKib: 64, absentKib: 16 };
const words = () =>
  new RecordMemory<string>((key, text) => {
    const isWord = text.length < 100_000 && !text.includes("?");
    return isWord
      ? { ok: true, value: text }
      : { ok: false, problem: `${key}: not a word` };
  }, share);

const isRemembered = (memory: { peek(key: string): unknown }, key: string) =>
  memory.peek(key) !== null;

test("all memories together have what records may take of an isolate", () => {
  const kib = Object.values(recordShares).flatMap((one): number[] =>
    Object.values(one),
  );
  expect(1024 * kib.reduce((sum, one) => sum + one)).toBe(recordMemoryBytes);
});

test("the longest record there may be has room in each memory", () => {
  for (const one of Object.values(recordShares)) {
    const memory = new RecordMemory<string>(
      (_, value) => ({ ok: true, value }),
      one,
    );
    memory.learn("key", "x".repeat(65_536), 0);
    expect(isRemembered(memory, "key")).toBe(true);
  }
});

describe("what was not used for longest goes first", () => {
  test("when records have more bytes than their share", () => {
    const memory = words();
    memory.learn("used", "allow", 0);
    for (let n = 0; n < 1000; n++) {
      memory.learn(`other${n}`, "allow", 0);
      memory.find("used");
    }
    expect(isRemembered(memory, "used")).toBe(true);
    expect(isRemembered(memory, "other0")).toBe(false);
    expect(isRemembered(memory, "other999")).toBe(true);
  });

  test("and a long record pushes out more than a short one", () => {
    const memory = words();
    for (let n = 0; n < 60; n++) memory.learn(`${n}`, "allow", 0);
    expect(isRemembered(memory, "0")).toBe(true);
    memory.learn("long", "x".repeat(10_000), 0);
    expect(isRemembered(memory, "0")).toBe(false);
    expect(isRemembered(memory, "50")).toBe(false);
    expect(isRemembered(memory, "long")).toBe(true);
  });

  test("names that are absent push out no record, however many there are", () => {
    const memory = words();
    memory.learn("record", "allow", 0);
    for (let n = 0; n < 10_000; n++) memory.learn(`absent${n}`, null, 0);
    expect(isRemembered(memory, "record")).toBe(true);
    expect(isRemembered(memory, "absent0")).toBe(false);
  });
});

test("a text that does not parse, and is larger than the memory, leaves the last good value", () => {
  const memory = words();
  memory.learn("k", "deny", 0);
  const { problem } = memory.learn("k", "x".repeat(25 * 2 ** 20), 1);
  expect(problem).toBe("k: not a word");
  expect(memory.peek("k")).toEqual({ kind: "record", value: "deny" });
  expect(memory.learn("k", "x".repeat(25 * 2 ** 20), 2).problem).toBeNull();
});

test("sites without settings fit in by the thousand, each counted at no less than was measured", () => {
  const memory = new RecordMemory(parseSite, recordShares.sites);
  const sites = 20_000;
  for (let n = 0; n < sites; n++)
    memory.learn(
      `host:site${n}.example`,
      JSON.stringify({
        customer: `c${n}`,
        origins: [`https://origin${n}.example`],
      }),
      0,
    );
  let remembered = 0;
  for (let n = 0; n < sites; n++)
    if (isRemembered(memory, `host:site${n}.example`)) remembered += 1;
  // A site without settings was measured at 1.2 KB.
  expect(remembered).toBeGreaterThan(3000);
  expect(remembered * 1200).toBeLessThan(
    1024 * recordShares.sites.recordsKib * 1.1,
  );
});
