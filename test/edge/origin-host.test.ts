import { describe, expect, test } from "vitest";
import { answered, ask, fieldOf, memoryEdge } from "../world.ts";

function edgeOf(originHost: string) {
  const edge = memoryEdge();
  edge.world.list.set(
    "host:shop.example",
    JSON.stringify({
      customer: "shop",
      origins: ["https://origin.shop.example"],
      originHost,
    }),
  );
  return edge;
}

describe.each([
  ["origin", null],
  ["visitor", "shop.example:8443"],
  ["www.shop.example", "www.shop.example"],
])("with originHost %s, whose Host is %j,", (originHost, host) => {
  test.each(["GET", "POST"])(
    "the origin of a %s is asked so, at its own name",
    async (method) => {
      const edge = edgeOf(originHost);
      await ask(edge, "http://shop.example:8443/a?b", {
        method,
        fields: { "X-Forwarded-Host": "evil.example" },
      });
      const [sent] = edge.world.sent;
      expect(sent).toMatchObject({ host });
      expect(sent?.url.href).toBe("https://origin.shop.example/a?b");
      expect(new Map(sent?.fields).get("X-Forwarded-Host")).toBe(
        "shop.example:8443",
      );
    },
  );

  test("a certificate's challenge is asked for under it too", async () => {
    const edge = edgeOf(originHost);
    edge.world.list.set(
      "customer:shop",
      '{"verdict":"deny","offboardUntil":"2099-01-01T00:00:00Z"}',
    );
    await ask(
      edge,
      `http://shop.example:8443/.well-known/acme-challenge/${"a".repeat(43)}`,
    );
    expect(edge.world.sent).toMatchObject([{ host }]);
  });

  test("WebDAV's Destination is on the host that the origin is asked under (RFC 4918 §10.3)", async () => {
    const edge = edgeOf(originHost);
    await ask(edge, "http://shop.example:8443/a", {
      method: "MOVE",
      fields: { Destination: "http://shop.example:8443/b" },
    });
    expect(
      new Map(
        edge.world.sent[0]?.fields.map(([name, value]) => [
          name.toLowerCase(),
          value,
        ]),
      ).get("destination"),
    ).toBe(`https://${host ?? "origin.shop.example"}/b`);
  });

  test("references to every name of the origin lead to the visitor's host", async () => {
    const edge = edgeOf(originHost);
    for (const name of ["origin.shop.example", host ?? "shop.example:8443"]) {
      edge.world.origin = () =>
        answered(302, [["Location", `http://${name}/next`]], null);
      const reply = await ask(edge, "http://shop.example:8443/");
      expect(fieldOf(reply, "Location")).toBe("http://shop.example:8443/next");
    }
  });
});
