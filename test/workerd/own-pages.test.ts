import { afterAll, beforeAll, expect, test } from "vitest";
import { request } from "./request.ts";
import { origin, startRig, type Rig } from "./rig.ts";

const own = "/.well-known/portcullis";

let rig: Rig;
beforeAll(async () => {
  const name = "Example Edge";
  rig = await startRig({
    OPERATOR: JSON.stringify({ name, contact: "mailto:abuse@edge.example" }),
  });
});
afterAll(() => rig.close());

test.each([
  ["/", 200, "This address is served through us"],
  ["/problems/policy", 200, "This site is no longer served here"],
  ["/problems/no%", 404, "There is no such page"],
  ["/problems/", 404, "There is no such page"],
  ["/problems", 404, "There is no such page"],
  ["/nothing/here", 404, "There is no such page"],
])("%s of our own is answered with %i", async (path, status, headline) => {
  const page = await request(rig.port, "any.localhost", own + path);
  expect(page.status).toBe(status);
  expect(page.body.toString()).toContain(headline);
  expect(page.body.toString()).toContain("mailto:abuse@edge.example");
  expect(page.fields).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    vary: "Accept, Accept-Language, Sec-Fetch-Dest, X-Requested-With, HX-Request",
    date: expect.any(String),
  });
});

test("the reader's format and language are theirs to choose", async () => {
  const page = await request(
    rig.port,
    "any.localhost",
    `${own}/problems/legal`,
    { fields: { Accept: "text/plain", "Accept-Language": "de" } },
  );
  expect(page.fields["content-language"]).toBe("de");
  expect(page.body.toString()).toContain("aus rechtlichen Gründen");
});

test("a page's links lead to it in other languages, for as long as the site is not served", async () => {
  await rig.site("shut", ["http://127.0.0.1:1"]);
  await rig.put(
    "customer:shut",
    '{"verdict":"deny","ground":"policy","reason":"Phishing"}',
  );
  const page = await request(rig.port, "shut.localhost", "/cart?item=7");
  expect(page.status).toBe(403);
  const [, german = ""] =
    /href="([^"]*\?lang=de)"/.exec(page.body.toString()) ?? [];
  const translated = await request(rig.port, "shut.localhost", german);
  expect(translated).toMatchObject({
    status: 403,
    fields: { "content-language": "de" },
  });
  expect(translated.body.toString()).toContain("Phishing");
  await rig.put("customer:shut", "allow");
  const served = await request(rig.port, "shut.localhost", german);
  expect(served).toMatchObject({ status: 303, fields: { location: "/" } });
  expect(served.body.length).toBe(0);
});

test("RFC 9110 §9.3.2 HEAD gets the fields without the page", async () => {
  const page = await request(rig.port, "any.localhost", `${own}/`, {
    method: "HEAD",
  });
  expect(page.status).toBe(200);
  expect(page.fields["content-type"]).toBe("text/html; charset=utf-8");
  expect(page.body.length).toBe(0);
});

test("RFC 7725 §4 the link of a 451 and the type of a problem lead to pages that exist", async () => {
  const bare = await startRig();
  await bare.site("seized", ["http://127.0.0.1:1"]);
  await bare.put("customer:seized", '{"verdict":"deny","ground":"legal"}');
  const refused = await request(bare.port, "seized.localhost", "/", {
    fields: { Accept: "application/problem+json" },
  });
  expect(refused.status).toBe(451);
  const link = /^<([^>]+)>; rel="blocked-by"$/.exec(
    String(refused.fields["link"]),
  );
  const { type } = JSON.parse(refused.body.toString());
  expect(type).toMatch(/^http:\/\/seized\.localhost\//);
  for (const path of [link?.[1] ?? "", new URL(type).pathname]) {
    expect((await request(bare.port, "seized.localhost", path)).status).toBe(
      200,
    );
  }
  await bare.close();
});

test("nothing under our own path reaches an origin, by any method", async () => {
  const reached: string[] = [];
  const site = await origin((asked, response) => {
    reached.push(`${asked.method} ${asked.url}`);
    response.end();
  });
  await rig.site("shop", [site]);
  for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
    const page = await request(rig.port, "shop.localhost", `${own}/x`, {
      method,
    });
    expect(page.status).toBe(404);
  }
  await request(rig.port, "shop.localhost", "/.well-known/other");
  expect(reached).toEqual(["GET /.well-known/other"]);
});
