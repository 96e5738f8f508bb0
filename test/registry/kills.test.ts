import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { Verifying } from "../../src/registry/verify.ts";
import { gone, runtimes } from "../cli/running.ts";
import { startRegistry } from "./rig.ts";

/** How often the runtime is killed; REGISTRY_KILLS=100 for a night. */
const kills = Number(process.env["REGISTRY_KILLS"] ?? 8);

interface Acknowledged {
  seq: number;
  writes: Record<string, string | null>;
}

test(
  "a runtime that is killed at any moment loses nothing that was acknowledged, and KV comes to hold it without a request",
  async () => {
    const before = runtimes(process.pid);
    const rig = await startRegistry();
    onTestFinished(() => rig.close());
    const acknowledged: Acknowledged[] = [];
    const load = new AbortController();
    /** The answer, or null where the runtime was killed before it came. */
    const order = (worker: number, kind: "drop" | "restore") => {
      const command = { kind, customer: `c${worker}`, force: true };
      const body = { order: { kind: "command", command } };
      return rig.fetch("POST", "/v1/orders", { body }).then(
        async (response) => ({
          status: response.status,
          text: await response.text(),
        }),
        () => null,
      );
    };
    const kill = async () => {
      const pids = runtimes(process.pid).filter((pid) => !before.includes(pid));
      for (const pid of pids) process.kill(pid, "SIGKILL");
      await gone(pids);
    };
    /** A runtime that is killed while it starts is not started again: that one ends npm start. */
    const untilUp = async () => {
      const up = () =>
        rig.fetch("GET", "/v1/head").then(
          ({ status }) => status < 500,
          () => false,
        );
      while (!(await up())) await pause(20);
    };
    /** The ledger verifies, and holds every entry that was acknowledged as it was acknowledged. */
    const nothingLost = async () => {
      const known = [...acknowledged];
      const response = await rig.fetch("GET", "/v1/export");
      const lines = (await response.text()).trim().split("\n");
      const verifying = new Verifying(await rig.publicKey());
      for (const line of lines) await verifying.take(line);
      expect(verifying.end()).toMatchObject({ ok: true });
      const entries = new Map<number, string>(
        lines
          .map((line) => JSON.parse(line))
          .flatMap(({ seq, entry }) => (entry ? [[seq, entry] as const] : [])),
      );
      for (const { seq, writes } of known)
        expect(JSON.parse(entries.get(seq) ?? "{}").writes).toEqual(writes);
    };
    /** Drops and restores one customer after the other, again and again. */
    const decide = async (worker: number) => {
      for (let n = 0; !load.signal.aborted; n += 1) {
        const answer = await order(worker, n % 2 === 0 ? "drop" : "restore");
        if (answer?.status === 200) acknowledged.push(JSON.parse(answer.text));
        // Whatever was refused, or cut off, the next one is of the other kind; a runtime that is down is asked again.
        if (answer === null) await pause(20);
      }
    };
    const workers = Array.from({ length: 6 }, (_, n) => decide(n));
    for (let n = 0; n < kills; n += 1) {
      await untilUp();
      await nothingLost();
      const seen = acknowledged.length;
      while (acknowledged.length < seen + 3) await pause(5);
      await pause(Math.random() * 150);
      await kill();
    }
    await untilUp();
    load.abort();
    await Promise.all(workers);

    // Six more that nobody waits for, and the last kill: what of them was entered comes to KV by itself.
    const unanswered = Array.from({ length: 6 }, (_, n) => order(n, "drop"));
    await pause(Math.random() * 20);
    await kill();
    await Promise.all(unanswered);
    const listed = await untilPublished(rig);
    for (const [key, text] of listed)
      expect(await (await rig.list()).get(key, "text")).toBe(text);

    await nothingLost();
    expect(acknowledged.length).toBeGreaterThan(3 * kills);
    const status = await rig.fetch("GET", "/v1/status");
    expect(await status.json()).toMatchObject({
      backlog: { writes: 0 },
      drifted: 0,
    });
  },
  60_000 + kills * 10_000,
);

/** What the ledger says of each key, read from its file without waking it, once nothing is on its way to KV. */
async function untilPublished({
  statePath,
}: Awaited<ReturnType<typeof startRegistry>>): Promise<Map<string, string>> {
  const folder = join(statePath, "v3/do");
  const [file = ""] = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /RegistryObject.[0-9a-f]{64}\.sqlite$/.test(name))
    .map((name) => join(folder, name));
  for (;;) {
    // A runtime that starts again has it to itself for a moment.
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    const left = database.prepare("SELECT key FROM outbox").all();
    const subjects = database.prepare("SELECT key, text FROM subject").all();
    database.close();
    if (left.length === 0)
      return new Map(
        subjects.map(({ key, text }) => [String(key), String(text)]),
      );
    await pause(50);
  }
}
