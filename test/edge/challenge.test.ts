import { describe, expect, test } from "vitest";
import type { FieldLine } from "../../src/http/fields.ts";
import type { OriginAnswer } from "../../src/ports.ts";
import { answered, ask, fieldOf, memoryEdge } from "../world.ts";

const token = "a".repeat(43);
const target = `/.well-known/acme-challenge/${token}`;

/** A dropped customer who may still get a certificate, and an origin that answers so. */
function movingOut(answer: OriginAnswer) {
  const edge = memoryEdge();
  edge.world.list.set(
    "customer:shop",
    '{"verdict":"deny","offboardUntil":"2099-01-01T00:00:00Z"}',
  );
  edge.world.origin = () => answer;
  return edge;
}

const text: FieldLine = ["Content-Type", "text/plain"];

describe("RFC 8555 §8.3 of a customer who is dropped", () => {
  test.each([
    ["a short text", answered(200, [text], `${token}.x`), 200],
    ["4,096 bytes", answered(200, [text], "x".repeat(4096)), 200],
    [
      "the way to https",
      answered(301, [["Location", `https://shop.example${target}`]], null),
      301,
    ],
  ])("%s passes", async (_, answer, status) => {
    const edge = movingOut(answer);
    const reply = await ask(edge, `http://shop.example${target}`);
    expect(reply.status).toBe(status);
    expect(fieldOf(reply, "Cache-Control")).toBe("no-store");
    expect(edge.world.events.at(-1)).toMatchObject({ outcome: "offboarding" });
  });

  test.each<[string, OriginAnswer]>([
    ["4,097 bytes", answered(200, [text], "x".repeat(4097))],
    ["a page", answered(200, [["Content-Type", "text/html"]], "<p>")],
    ["a coded text", answered(200, [text, ["Content-Encoding", "gzip"]], "x")],
    ["another status", answered(404, [text], "no")],
    [
      "a way to elsewhere",
      answered(302, [["Location", "https://other.example/"]], null),
    ],
    [
      "a body that breaks off",
      {
        kind: "answered",
        status: 200,
        fields: [text],
        body: new ReadableStream({
          pull: (controller) => controller.error(new Error("gone")),
        }),
        channel: null,
      },
    ],
    [
      "an origin that fails",
      {
        kind: "failed",
        error: "connection_refused",
        details: "refused",
        sent: "perhaps",
      },
    ],
  ])("%s is the refusal", async (_, answer) => {
    const edge = movingOut(answer);
    const reply = await ask(edge, `http://shop.example${target}`);
    expect(reply.status).toBe(403);
    expect(fieldOf(reply, "Proxy-Status")).toContain("http_request_denied");
    expect(edge.world.events.at(-1)).toMatchObject({
      outcome: "refused",
      details: expect.any(String),
    });
  });

  test("the origin sees no cookie, no range and no coding, and the visitor none of its other fields", async () => {
    const edge = movingOut(
      answered(200, [text, ["Set-Cookie", "a=b"], ["X-A", "b"]], "t"),
    );
    const reply = await ask(edge, `http://shop.example${target}`, {
      fields: { cookie: "s=1", range: "bytes=0-0", "accept-encoding": "gzip" },
    });
    expect(fieldOf(reply, "Set-Cookie")).toBeNull();
    expect(fieldOf(reply, "X-A")).toBeNull();
    const sent = new Map(
      edge.world.sent[0]?.fields.map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]),
    );
    expect(sent.has("cookie")).toBe(false);
    expect(sent.has("range")).toBe(false);
    expect(sent.get("accept-encoding")).toBe("identity");
  });

  test("an upgrade never reaches the origin", async () => {
    const edge = movingOut(answered(200, [text], "t"));
    const reply = await ask(edge, `http://shop.example${target}`, {
      fields: { upgrade: "websocket", connection: "upgrade" },
    });
    expect(reply.status).toBe(403);
    expect(edge.world.sent).toEqual([]);
  });
});
