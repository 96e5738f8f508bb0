import { describe, expect, test } from "vitest";
import {
  newSecretKey,
  openCheckpoint,
  parseSecretKey,
  parseVerifier,
  signCheckpoint,
} from "../../src/registry/checkpoint.ts";
import { signer } from "./office.ts";

const head = { origin: "test", size: 12, root: new Uint8Array(32).fill(9) };

async function verifier(text: string) {
  const parsed = await parseVerifier(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

describe("a signed head", () => {
  test("has the lines of a C2SP checkpoint, and opens with the public key alone", async () => {
    const note = await signCheckpoint(head, signer);
    const root = Buffer.alloc(32, 9).toString("base64");
    expect(note).toMatch(/^test\n12\n[^\n]+\n\n— test [A-Za-z0-9+/]+=*\n$/);
    expect(note.split("\n")[2]).toBe(root);
    expect(await openCheckpoint(note, await verifier(signer.text))).toEqual({
      ok: true,
      value: head,
    });
  });

  test.each([
    ["another size", (note: string) => note.replace("\n12\n", "\n13\n")],
    ["another origin", (note: string) => note.replace(/^test/, "tess")],
    ["no signature", (note: string) => note.replace(/— .*\n/, "")],
    ["another name", (note: string) => note.replace("— test", "— tess")],
  ])("with %s does not", async (_, change) => {
    const note = change(await signCheckpoint(head, signer));
    const opened = await openCheckpoint(note, await verifier(signer.text));
    expect(opened.ok).toBe(false);
  });

  test("of another key does not", async () => {
    const other = await newSecretKey("test", new Uint8Array(32).fill(8));
    const parsed = await parseSecretKey(other);
    if (!parsed.ok) throw new Error(parsed.problem);
    const note = await signCheckpoint(head, parsed.value);
    const opened = await openCheckpoint(note, await verifier(signer.text));
    expect(opened.ok).toBe(false);
  });
});

test("the key of the signed-note specification's example parses", async () => {
  const example =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  expect(await verifier(example)).toMatchObject({ name: "PeterNeumann" });
});

test.each([
  "",
  "name",
  "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  "PeterNeumann+c74f20a3+AhpcQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
])("%j is no public key", async (text) => {
  expect(await parseVerifier(text)).toMatchObject({ ok: false });
});

test("a secret key that is malformed is not repeated", async () => {
  const parsed = await parseSecretKey("PRIVATE+KEY+x+y+secret");
  expect(parsed.ok ? "" : parsed.problem).not.toContain("secret");
  expect(parsed.ok).toBe(false);
});
