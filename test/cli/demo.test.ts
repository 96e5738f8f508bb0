import { once } from "node:events";
import { connect } from "node:net";
import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { serveDemoSites } from "../../src/cli/demo/customers.ts";

const sites = new Map(
  (await serveDemoSites(Date.now())).map(({ id, origin }) => [id, origin]),
);

function visit(
  site: string,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(`${sites.get(site)}${path}`, { redirect: "manual", ...init });
}

function posted(fields: Record<string, string>): RequestInit {
  return { method: "POST", body: new URLSearchParams(fields) };
}

describe("the demo sites", () => {
  test.each([
    ["shop", "/", 200, "text/html; charset=utf-8", /Good things/],
    [
      "shop",
      "/products/storm-lantern",
      200,
      "text/html; charset=utf-8",
      /Add to cart/,
    ],
    ["shop", "/search?q=WOOL", 200, "text/html; charset=utf-8", /1 of 6/],
    [
      "shop",
      "/search?q=%3Cscript%3E",
      200,
      "text/html; charset=utf-8",
      /“&#60;script&#62;”/,
    ],
    [
      "shop",
      "/images/storm-lantern.svg",
      200,
      "image/svg+xml",
      /<title>A red storm lantern/,
    ],
    ["shop", "/images/dusk.png", 200, "image/png", /PNG/],
    ["shop", "/style.css", 200, "text/css; charset=utf-8", /color-scheme/],
    ["shop", "/api/products", 200, "application/json", /"storm-lantern"/],
    [
      "shop",
      "/api/products/field-mug",
      200,
      "application/json",
      /"cents":1450/,
    ],
    ["shop", "/cart", 200, "text/html; charset=utf-8", /empty/],
    ["shop", "/slow?seconds=0", 200, "text/html; charset=utf-8", /0 seconds/],
    ["shop", "/live", 200, "text/html; charset=utf-8", /live\.js/],
    ["shop", "/chat", 200, "text/html; charset=utf-8", /chat\.js/],
    ["shop", "/products/none", 404, "text/html; charset=utf-8", /Not found/],
    [
      "shop",
      "//elsewhere.example/",
      404,
      "text/html; charset=utf-8",
      /Not found/,
    ],
    ["forum", "/", 200, "text/html; charset=utf-8", /Pull up a chair/],
    ["forum", "/threads/1", 200, "text/html; charset=utf-8", /sourdough/],
    ["forum", "/threads/99", 404, "text/html; charset=utf-8", /Not found/],
    ["forum", "/login", 200, "text/html; charset=utf-8", /Sign in/],
    ["archive", "/", 200, "text/html; charset=utf-8", /Pamphlet Archive/],
    ["club", "/", 200, "text/html; charset=utf-8", /Chess Club/],
    ["club", "/none", 404, "text/html; charset=utf-8", /Not found/],
  ])("%s answers %s with %i", async (site, path, status, type, text) => {
    const response = await visit(site, path);
    expect(response.status).toBe(status);
    expect(response.headers.get("Content-Type")).toBe(type);
    expect(await response.text()).toMatch(text);
  });

  test.each([
    ["shop", "/", "public, max-age=15, s-maxage=60, stale-while-revalidate=60"],
    ["shop", "/images/dusk.png", "public, max-age=86400"],
    ["shop", "/style.css", "public, max-age=31536000, immutable"],
    ["shop", "/api/products", "public, max-age=30"],
    ["shop", "/cart", "private, no-store"],
    ["shop", "/slow?seconds=0", "private, no-store"],
    ["forum", "/threads/1", "public, max-age=0, s-maxage=10"],
    ["forum", "/login", "private, no-store"],
  ])("%s %s says what a cache may do", async (site, path, cacheControl) => {
    const { headers } = await visit(site, path);
    expect(headers.get("Cache-Control")).toBe(cacheControl);
  });

  test.each([["shop"], ["forum"], ["archive"], ["club"]])(
    "%s's pages link only to itself, to addresses that answer",
    async (site) => {
      const { links, statuses } = await crawl(site);
      expect(links.filter((link) => !/^(\/(?!\/)|#)/.test(link))).toEqual([]);
      expect([...statuses].filter(([, status]) => status >= 400)).toEqual([]);
      expect(statuses.size).toBeGreaterThan(2);
    },
  );
});

/** Every link of a site's pages, and what the addresses on it answer. The slow page is asked for by its own test. */
async function crawl(site: string) {
  const links: string[] = [];
  const statuses = new Map<string, number>();
  const paths = new Set(["/"]);
  for (const path of paths) {
    const response = await visit(site, path);
    statuses.set(path, response.status);
    const text = await response.text();
    if (!response.headers.get("Content-Type")?.startsWith("text/html"))
      continue;
    for (const [, link = ""] of text.matchAll(
      /(?:href|src|action)="([^"]*)"/g,
    )) {
      links.push(link);
      if (link.startsWith("/") && link !== "/slow") paths.add(link);
    }
  }
  return { links, statuses };
}

describe("a validator", () => {
  test.each([
    ["If-None-Match", "ETag"],
    ["If-Modified-Since", "Last-Modified"],
  ])("in %s is answered with 304 and no body", async (condition, validator) => {
    const first = await visit("shop", "/images/dusk.png");
    const value = first.headers.get(validator) ?? "";
    const again = await visit("shop", "/images/dusk.png", {
      headers: { [condition]: value },
    });
    expect(again.status).toBe(304);
    expect(again.headers.get("ETag")).toBe(first.headers.get("ETag"));
    expect((await again.arrayBuffer()).byteLength).toBe(0);
  });

  test("RFC 9110 §13.1.3 If-Modified-Since is ignored beside If-None-Match", async () => {
    const { headers } = await visit("shop", "/");
    const since = headers.get("Last-Modified") ?? "";
    const again = await visit("shop", "/", {
      headers: { "If-None-Match": '"other"', "If-Modified-Since": since },
    });
    expect(again.status).toBe(200);
  });
});

describe("the shop", () => {
  test("answers HEAD as GET, without the body", async () => {
    const got = await visit("shop", "/");
    const head = await visit("shop", "/", { method: "HEAD" });
    expect(head.headers.get("Content-Length")).toBe(
      got.headers.get("Content-Length"),
    );
    expect(await head.text()).toBe("");
  });

  test.each([
    ["/", "GET, HEAD"],
    ["/cart", "GET, HEAD, POST"],
  ])("refuses DELETE of %s and says what it allows", async (path, allow) => {
    const response = await visit("shop", path, { method: "DELETE" });
    expect([response.status, response.headers.get("Allow")]).toEqual([
      405,
      allow,
    ]);
  });

  test("draws a PNG of the size that its page says", async () => {
    const bytes = Buffer.from(
      await (await visit("shop", "/images/dusk.png")).arrayBuffer(),
    );
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([
      960, 320,
    ]);
    const start = bytes.indexOf("IDAT");
    const length = bytes.readUInt32BE(start - 4);
    expect(
      inflateSync(bytes.subarray(start + 4, start + 4 + length)).length,
    ).toBe((1 + 960 * 3) * 320);
  });

  test("keeps the cart in a cookie, and sets each cookie in a line of its own", async () => {
    const added = await visit(
      "shop",
      "/cart",
      posted({ product: "field-mug" }),
    );
    expect([added.status, added.headers.get("Location")]).toEqual([
      303,
      "/cart",
    ]);
    const [cart = "", last] = added.headers.getSetCookie();
    expect(last).toMatch(/^last-added=field-mug;/);

    const headers = { Cookie: `theme=dark; ${cart.split(";")[0]}` };
    const more = await visit("shop", "/cart", {
      ...posted({ product: "field-mug" }),
      headers,
    });
    const shown = await visit("shop", "/cart", {
      headers: { Cookie: more.headers.getSetCookie()[0]?.split(";")[0] ?? "" },
    });
    expect(await shown.text()).toMatch(/2 × € 14\.50[^]*Total € 29\.00/);
  });

  test.each([
    ["a product it does not have", posted({ product: "yacht" }), 400],
    [
      "a form of more than 16 KiB",
      posted({ product: "x".repeat(20_000) }),
      413,
    ],
  ])("refuses %s", async (_, init, status) => {
    expect((await visit("shop", "/cart", init)).status).toBe(status);
  });

  test("redirects to its own origin, as sites do that do not know their proxy", async () => {
    const response = await visit("shop", "/offer");
    expect(response.status).toBe(302);
    expect(response.headers.get("Location")).toBe(
      `${sites.get("shop")}/products/storm-lantern?from=offer`,
    );
  });

  test("tells its stock by Server-Sent Events, going on where a listener was", async () => {
    const leaving = new AbortController();
    const response = await visit("shop", "/events", {
      headers: { "Last-Event-ID": "41" },
      signal: leaving.signal,
    });
    expect(response.headers.get("Content-Type")).toBe("text/event-stream");
    const read = await response.body?.getReader().read();
    expect(new TextDecoder().decode(read?.value)).toMatch(
      /^id: 42\nevent: stock\ndata: \{"slug":"storm-lantern",.*\}\n\n$/,
    );
    leaving.abort();
  });

  test.each([
    ["text", "hello", false],
    ["binary", Buffer.from([0, 255]), true],
  ])("echoes a %s message on its WebSocket", async (_, message, binary) => {
    const socket = new WebSocket(
      `${sites.get("shop")?.replace("http", "ws")}/echo`,
    );
    await once(socket, "open");
    socket.send(message);
    const [echoed, wasBinary] = await once(socket, "message");
    expect([Buffer.from(echoed), wasBinary]).toEqual([
      Buffer.from(message),
      binary,
    ]);
    socket.close();
  });

  test("opens no WebSocket elsewhere", async () => {
    const socket = new WebSocket(
      `${sites.get("shop")?.replace("http", "ws")}/`,
    );
    const [error] = await once(socket, "error");
    expect(String(error)).toContain("404");
  });

  test.each([
    [
      "in the middle of a form",
      "POST /cart HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nproduct=",
    ],
    [
      "while it waits for a slow page",
      "GET /slow?seconds=1 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    [
      "after asking for an upgrade",
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
  ])("goes on when a visitor leaves %s", async (_, bytes) => {
    const { port } = new URL(sites.get("shop") ?? "");
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    await new Promise((resolve) => socket.write(bytes, resolve));
    socket.resetAndDestroy();
    expect((await visit("shop", "/")).status).toBe(200);
  });
});

describe("the forum", () => {
  test("shows a reply as the text that was written, after sending the writer back to the thread", async () => {
    const response = await visit(
      "forum",
      "/threads/2",
      posted({ author: "Eve", text: "<b>bold</b>" }),
    );
    expect([response.status, response.headers.get("Location")]).toEqual([
      303,
      "/threads/2",
    ]);
    expect(await (await visit("forum", "/threads/2")).text()).toMatch(
      /Eve[^]*&#60;b&#62;bold/,
    );
  });

  test("keeps the question and the newest 200 replies", async () => {
    for (let number = 1; number <= 201; number += 1) {
      await visit("forum", "/threads/3", posted({ text: `reply ${number}.` }));
    }
    const page = await (await visit("forum", "/threads/3")).text();
    expect(page.match(/<li /g)).toHaveLength(201);
    expect(page).toContain("The council decides");
    expect(page).toContain("reply 201.");
    expect(page).not.toContain("reply 1.");
  });

  test("refuses an empty reply", async () => {
    expect(
      (await visit("forum", "/threads/1", posted({ text: "  " }))).status,
    ).toBe(400);
  });

  test("shows the members' page to those who signed in, until they sign out", async () => {
    expect((await visit("forum", "/members")).headers.get("Location")).toBe(
      "/login",
    );
    const signedIn = await visit("forum", "/login", posted({ name: "Ann" }));
    const headers = {
      Cookie: signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "",
    };
    expect(
      await (await visit("forum", "/members", { headers })).text(),
    ).toContain("Welcome back, Ann");
    await visit("forum", "/logout", { method: "POST", headers });
    expect((await visit("forum", "/members", { headers })).status).toBe(303);
  });
});
