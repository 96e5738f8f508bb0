import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { toBase64 } from "../../src/registry/base64.ts";
import { parseVerifier } from "../../src/registry/checkpoint.ts";
import { leafHash } from "../../src/registry/merkle.ts";
import {
  entryLine,
  headLine,
  lastHead,
  Verifying,
} from "../../src/registry/verify.ts";
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

async function verify(lines: readonly string[], older?: readonly string[]) {
  const parsed = await parseVerifier(signer.text);
  if (!parsed.ok) throw new Error(parsed.problem);
  const since =
    older === undefined
      ? null
      : await lastHead(Readable.from(older), parsed.value);
  if (since?.ok === false) return since;
  const verifying = new Verifying(parsed.value, since?.value);
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

describe("held against an older one, an export", () => {
  test("that has only grown since verifies", async () => {
    const lines = await exported();
    expect(await verify(lines, lines.slice(0, 5))).toMatchObject({ ok: true });
    expect(await verify(lines, lines)).toMatchObject({ ok: true });
  });

  test("that was written anew, signatures and all, does not", async () => {
    const lines = await exported();
    const office = openOffice();
    await office.sweep();
    for (const command of [site, drop, { ...drop, reason: "Spam" }]) {
      office.clock.nowMs += 10_000;
      await office.command(command, { actor: "mallory" });
    }
    await office.publish();
    const { ledger } = office.registry;
    const rewritten = [
      ...ledger.after(0, 100).map((kept) => entryLine(kept)),
      headLine(ledger.lastHead()?.note ?? ""),
    ];
    expect(await verify(rewritten)).toMatchObject({ ok: true });
    expect(await verify(rewritten, lines.slice(0, 2))).toEqual({
      ok: false,
      problem:
        "entry 1: written anew: the head that was seen before, after entry 1, is about others",
    });
  });

  test("that is shorter does not", async () => {
    const lines = await exported();
    expect(await verify(lines.slice(0, 5), lines)).toEqual({
      ok: false,
      problem:
        "entries 4 to 6: removed: the head that was seen before stands after entry 6",
    });
  });

  test("needs a head in the older one", async () => {
    const lines = await exported();
    expect(await verify(lines, lines.slice(0, 1))).toMatchObject({
      ok: false,
      problem: "there is no signed head in it",
    });
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
