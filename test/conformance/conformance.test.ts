import { beforeAll, expect, test } from "vitest";
import { startRig } from "../workerd/rig.ts";
import { known } from "./known.ts";
import { judge, startOrigin, type Verdict } from "./suite.ts";

let verdicts: readonly Verdict[];

beforeAll(async () => {
  const origin = await startOrigin();
  const rig = await startRig();
  const site = {
    customer: "suite",
    origins: [origin.url],
    cache: {
      // The suite asks for what RFC 9111 §7.3 allows; what is usual here is stricter.
      setCookie: "as-rfc",
      // By these it numbers its requests, and it can judge no cache that keeps them from the origin.
      vouchedFields: ["Test-ID", "Test-Name", "Req-Num"],
    },
  };
  // The suite's client sends no Host but that of the URL.
  await rig.put("host:127.0.0.1", JSON.stringify(site));
  await rig.put("customer:suite", "allow");
  verdicts = await judge(`http://127.0.0.1:${rig.port}`);
  await rig.close();
  origin.close();
  process.stdout.write(`${summary().join("\n")}\n`);
}, 180_000);

test("the suite finds what report.json says (npm run conformance:update renews it)", async () => {
  for (const { id, kind, result, why } of verdicts) {
    if (why) console.log(`${id} (${kind}): ${result}: ${why}`);
  }
  const found = verdicts.map(({ id, result }) => [id, result]);
  await expect(
    `${JSON.stringify(Object.fromEntries(found), null, 2)}\n`,
  ).toMatchFileSnapshot("report.json");
});

test("each required or optimal test that fails has its reason in known.ts, and no other has one", () => {
  const failing = verdicts
    .filter(({ kind, result }) => kind !== "check" && result !== "pass")
    .map(({ id }) => id);
  expect({
    unexplained: failing.filter((id) => !(id in known)),
    outdated: Object.keys(known).filter((id) => !failing.includes(id)),
  }).toEqual({ unexplained: [], outdated: [] });
});

/** How many tests of each kind came to what: "required: 131 pass, 2 fail". */
function summary(): string[] {
  const kinds = Map.groupBy(verdicts, ({ kind }) => kind);
  return [...kinds].map(([kind, ofKind]) => {
    const counts = [...Map.groupBy(ofKind, ({ result }) => result)].map(
      ([result, same]) => `${same.length} ${result}`,
    );
    return `${kind}: ${counts.join(", ")}`;
  });
}
