import { expect, test } from "vitest";
import { createApi } from "../../src/admin/api.ts";
import type { Office } from "../../src/admin/office.ts";
import { parseVerifier } from "../../src/registry/checkpoint.ts";
import { Pops } from "../../src/registry/pops.ts";
import { signHead } from "../../src/registry/publish.ts";
import { Verifying } from "../../src/registry/verify.ts";
import { openWithForum, signer } from "./office.ts";

type OpenOffice = Awaited<ReturnType<typeof openWithForum>>;

/** What the API answers over this registry, signed or not. */
function exportedBy(
  { registry, sql, clock }: OpenOffice,
  sign: Office["sign"],
  key: string | null = signer.text,
) {
  const api = createApi({
    registry,
    pops: new Pops(sql),
    nowMs: () => clock.nowMs,
    randomHex: (bytes) => "0".repeat(2 * bytes),
    configuredActor: () => ({ name: "operator", role: "operator" }),
    lookUp: async () => new Map(),
    carryOut: async () => ({
      kind: "refused",
      because: "absent",
      problem: "nothing is ordered here",
    }),
    freshen: async () => undefined,
    publish: async () => undefined,
    sign,
    getPublicKey: () => key,
    log: () => undefined,
  });
  const headers = { Authorization: "Bearer any" };
  return api.request("http://registry.example/v1/export", { headers });
}

async function verified(response: Response) {
  const verifier = await parseVerifier(signer.text);
  if (!verifier.ok) throw new Error(verifier.problem);
  const verifying = new Verifying(verifier.value);
  const lines = (await response.text()).trim().split("\n");
  for (const line of lines) await verifying.take(line);
  return verifying.end();
}

const drop = { kind: "drop", customer: "forum", ground: "policy" };
const restore = { kind: "restore", customer: "forum" };

test("an export signs what was entered a moment ago, and verifies", async () => {
  const office = await openWithForum();
  await office.command(drop);
  const size = office.registry.ledger.size();
  expect(office.registry.ledger.lastHead()?.size).toBeLessThan(size);
  const response = await exportedBy(office, () =>
    signHead(office.registry, signer),
  );
  expect(await verified(response)).toMatchObject({ ok: true, entries: size });
});

test("what is entered while an export is signed and read is left to the next one", async () => {
  const office = await openWithForum();
  await office.command(drop);
  const size = office.registry.ledger.size();
  const response = await exportedBy(office, async () => {
    const signing = signHead(office.registry, signer);
    await office.command(restore);
    await signing;
  });
  await office.command(drop);
  expect(await verified(response)).toMatchObject({ ok: true, entries: size });
});

test("a registry without a key exports all that it has", async () => {
  const office = await openWithForum();
  await office.command(drop);
  const response = await exportedBy(office, async () => undefined, null);
  const lines = (await response.text()).trim().split("\n");
  const entries = lines.filter((line) => line.includes('"entry"'));
  expect(entries).toHaveLength(office.registry.ledger.size());
});
