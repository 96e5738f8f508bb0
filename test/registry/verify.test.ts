import { describe, expect, test } from "vitest";
import { toBase64 } from "../../src/registry/base64.ts";
import { parseVerifier } from "../../src/registry/checkpoint.ts";
import { leafHash } from "../../src/registry/merkle.ts";
import { entryLine, headLine, Verifying } from "../../src/registry/verify.ts";
import { drop, openOffice, signer, site } from "./office.ts";

/** Six entries, with heads after the first, the third and the last. */
async function exported(): Promise<string[]> {
  const office = openOffice();
  await office.sweep();
  const restore = { kind: "restore", customer: "forum" };
  for (const [n, command] of [
    site,
    drop,
    restore,
    drop,
    restore,
    drop,
  ].entries()) {
    office.clock.nowMs += 10_000;
    await office.command(command);
    if ([0, 2, 5].includes(n)) await office.publish();
  }
  const { ledger } = office.registry;
  const heads = ledger.heads(0, 100);
  return ledger
    .after(0, 100)
    .flatMap((line) => [
      entryLine(line),
      ...heads
        .filter(({ size }) => size === line.seq)
        .map(({ note }) => headLine(note)),
    ]);
}

async function verify(lines: readonly string[]) {
  const parsed = await parseVerifier(signer.text);
  if (!parsed.ok) throw new Error(parsed.problem);
  const verifying = new Verifying(parsed.value);
  for (const line of lines) if (!(await verifying.take(line))) break;
  return verifying.end();
}

/** With the leaf of the text that stands there, as a forger would have it. */
function forged(line: string, from: string, to: string): string {
  const { seq, entry } = JSON.parse(line);
  const text = entry.replace(from, to);
  return entryLine({ seq, text, leaf: toBase64(leafHash(text)) });
}

test("an export verifies with the public key alone", async () => {
  expect(await verify(await exported())).toEqual({
    ok: true,
    entries: 6,
    heads: 3,
    origin: "test",
  });
});

describe("an export does not verify, and the entry is named, when", () => {
  test.each<[string, (lines: string[]) => string[], string]>([
    [
      "a byte of an entry is changed",
      (lines) => lines.with(3, lines[3]?.replace("allow", "alloy") ?? ""),
      "entry 3: changed",
    ],
    [
      "an entry and its leaf are changed",
      (lines) => lines.with(3, forged(lines[3] ?? "", "ann", "bob")),
      "entries 2 to 3: changed",
    ],
    [
      "an entry is removed",
      (lines) => lines.toSpliced(5, 1),
      "entry 4: removed",
    ],
    [
      "entries change places",
      (lines) => lines.with(5, lines[6] ?? "").with(6, lines[5] ?? ""),
      "entry 4: removed, or moved",
    ],
    [
      "an entry is inserted",
      (lines) => lines.toSpliced(5, 0, lines[2] ?? ""),
      "entry 2: stands twice",
    ],
    [
      "the end is cut off",
      (lines) => lines.slice(0, -2),
      "entries 4 to 5: no signed head",
    ],
    [
      "the last entry is cut off before its head",
      (lines) => lines.toSpliced(-2, 1),
      "entry 6: removed: a head of 6 entries is signed",
    ],
    [
      "a line is none",
      (lines) => lines.with(4, "{"),
      "after entry 3: the line",
    ],
    [
      "no head is left",
      (lines) => lines.filter((line) => !line.includes('"head"')),
      "no signed head",
    ],
  ])("%s", async (_, change, problem) => {
    const result = await verify(change(await exported()));
    expect(result.ok ? "" : result.problem).toContain(problem);
  });
});
