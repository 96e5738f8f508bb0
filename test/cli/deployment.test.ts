import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { deploymentFindings } from "../../src/cli/commands/findings.ts";
import { readDeployment } from "../../src/node/local.ts";

/** What doctor says of two wrangler files. */
function findingsOf(edge: string, registry: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-wrangler-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, more: string) => {
    const path = join(folder, name);
    writeFileSync(
      path,
      `name = "x"\nmain = "x.ts"\ncompatibility_date = "2026-11-17"\n${more}`,
    );
    return path;
  };
  return deploymentFindings(
    readDeployment(file("a.toml", edge), file("b.toml", registry)),
  ).map(({ weight, finding }) => `${weight}: ${finding}`);
}

const namespace = (id: string) =>
  `[[kv_namespaces]]\nbinding = "CUSTOMERS"\n${id}\n`;
const bound = `[[services]]\nbinding = "REGISTRY"\nservice = "portcullis-registry"\nentrypoint = "Feed"\n`;

test("two namespaces are a problem, one and no binding a remark", () => {
  expect(
    findingsOf(namespace('id = "a"') + bound, namespace('id = "b"')),
  ).toEqual([expect.stringMatching(/^problem: .* id a .* b in wrangler.reg/)]);
  expect(findingsOf(namespace("") + bound, namespace('id = "b"'))).toEqual([
    expect.stringMatching(/^problem: .* id none .* b in wrangler.reg/),
  ]);
  expect(findingsOf(namespace('id = "a"'), namespace('id = "a"'))).toEqual([
    expect.stringMatching(/^remark: .*no binding REGISTRY/),
  ]);
});

test("an edge that is deployed alone, and the files as they are, find nothing", () => {
  expect(findingsOf(namespace('id = "a"'), namespace(""))).toEqual([]);
  expect(
    findingsOf(namespace('id = "a"') + bound, namespace('id = "a"')),
  ).toEqual([]);
  expect(deploymentFindings(readDeployment())).toEqual([]);
});

test("the binding that wrangler.toml shows is the one that the registry has", () => {
  const shown = readFileSync("wrangler.toml", "utf8").replace(
    /^# (?=\[\[services|binding = "REG|service = |entrypoint = )/gm,
    "",
  );
  const folder = mkdtempSync(join(tmpdir(), "portcullis-wrangler-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "wrangler.toml");
  writeFileSync(path, shown);
  expect(readDeployment(path)).toMatchObject({ isBound: true });
  expect(shown).toContain(`service = "portcullis-registry"`);
  expect(readFileSync("src/registry-worker.ts", "utf8")).toContain("{ Feed }");
});
