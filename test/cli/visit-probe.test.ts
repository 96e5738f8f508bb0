import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import * as https from "node:https";
import type { AddressInfo, Server } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Answer } from "../../src/cli/commands/ask-once.ts";
import { variableFindings } from "../../src/cli/commands/findings.ts";
import {
  probeVisits,
  visitFinding,
} from "../../src/cli/commands/visit-probe.ts";
import { parseSite } from "../../src/customer/site.ts";
import { selfSigned } from "../certificates.ts";

const nowMs = Date.UTC(2026, 10, 27);
const dayMs = 86_400_000;

function listed(...patterns: string[]) {
  const record = '{"customer":"shop","origins":["https://origin.example"]}';
  return {
    sites: new Map(
      patterns.map((pattern) => [
        pattern,
        parseSite(`host:${pattern}`, record),
      ]),
    ),
    customers: new Map(),
    records: new Map(),
    settings: { ok: false as const, problem: "" },
  };
}

async function listen(server: Server, scheme: string): Promise<URL> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return new URL(`${scheme}://127.0.0.1:${port}`);
}

const edge: RequestListener = ({ url, headers }, response) => {
  const isOurs =
    url === "/.well-known/portcullis/version" &&
    headers.host !== "elsewhere.example";
  response
    .writeHead(isOurs ? 200 : 404)
    .end(isOurs ? '{"name":"portcullis","version":"0.1.0"}' : "");
};

test("a host that leads to an edge is well, one that leads elsewhere is found", async () => {
  const at = await listen(createServer(edge), "http");
  const list = listed("shop.example", "*.forum.example", "elsewhere.example");
  expect(await probeVisits(list, { at, nowMs })).toEqual([
    {
      weight: "problem",
      key: "host:elsewhere.example",
      finding:
        "elsewhere.example leads to 127.0.0.1, and no edge of this kind answers there: /.well-known/portcullis/version is 404. Its DNS has to lead here",
    },
  ]);
});

test("a certificate that no visitor accepts is found", async () => {
  const server = https.createServer(selfSigned("shop.example"), edge);
  const at = await listen(server, "https");
  expect(await probeVisits(listed("shop.example"), { at, nowMs })).toEqual([
    {
      weight: "problem",
      key: "host:shop.example",
      finding: expect.stringContaining(
        "visitors do not accept the certificate of shop.example: self-signed certificate",
      ),
    },
  ]);
});

test("an edge that does not listen is found", async () => {
  const server = createServer(edge);
  const at = await listen(server, "http");
  server.close();
  await once(server, "close");
  const [found] = await probeVisits(listed("shop.example"), { at, nowMs });
  expect(found?.finding).toMatch(
    /^shop\.example does not answer: connect ECONNREFUSED/,
  );
});

const answered = (
  over: Partial<Extract<Answer, { kind: "answered" }>>,
): Answer => ({
  kind: "answered",
  status: 200,
  location: null,
  body: '{"name":"portcullis","version":"0.1.0"}',
  address: "192.0.2.1",
  certificateEndsMs: nowMs + 60 * dayMs,
  ...over,
});

test.each<[string, Answer, string | undefined]>([
  ["well", answered({}), undefined],
  ["without TLS", answered({ certificateEndsMs: null }), undefined],
  [
    "about to expire",
    answered({ certificateEndsMs: nowMs + 13 * dayMs }),
    "the certificate of shop.example expires 2026-12-10 00:00:00 UTC",
  ],
  [
    "another server",
    answered({ body: "<title>Parked</title>" }),
    "shop.example leads to 192.0.2.1, and no edge of this kind answers there: /.well-known/portcullis/version is 200. Its DNS has to lead here",
  ],
  [
    "no name",
    { kind: "failed", code: "ENOTFOUND", problem: "getaddrinfo ENOTFOUND" },
    "shop.example has no address in DNS: its owner has to add one that leads here",
  ],
])("a visit: %s", (_, answer, finding) => {
  expect(visitFinding("shop.example", answer, nowMs)?.finding).toBe(finding);
});

test.each<[object, string[]]>([
  [{}, []],
  [
    { RECORD_MEMORY_SECONDS: "many" },
    [
      'RECORD_MEMORY_SECONDS is "many"; expected a number of seconds from 0 to 60 (wrangler.toml)',
    ],
  ],
  [
    { RECORD_MEMROY_SECONDS: "5", HOST_ZONES: "" },
    [
      "RECORD_MEMROY_SECONDS is no setting of the edge; did you mean RECORD_MEMORY_SECONDS?",
    ],
  ],
])("settings %j", (variables, found) => {
  expect(
    variableFindings({ ...variables }, "local").map(({ finding }) => finding),
  ).toEqual(found);
});

test("a deployed edge whose pages name nobody is remarked on", () => {
  expect(variableFindings({}, "remote")).toMatchObject([
    { weight: "remark", finding: expect.stringContaining("OPERATOR") },
  ]);
});
