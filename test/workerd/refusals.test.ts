import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { visitPage } from "../browser.ts";
import { request } from "./request.ts";
import { origin, startRig, type Rig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const denial = (members: object) =>
  JSON.stringify({ verdict: "deny", ...members });
const later = new Date(Date.now() + 86_400_000).toISOString();

describe("a drop that clears", () => {
  const path = "/.well-known/acme-challenge/token";
  const seen = async (id: string, members: object, method = "GET") => {
    const at = await origin((_, response) => {
      response.setHeader("Content-Type", "text/plain");
      response.end("proof");
    });
    await rig.site(id, [at]);
    await rig.put(`customer:${id}`, denial(members));
    const got = await request(rig.port, `${id}.localhost`, path, { method });
    return { status: got.status, clears: got.fields["clear-site-data"] };
  };
  const storage = { clearSiteData: "storage" };

  test("says so with its refusal, to every method", async () => {
    const refused = { status: 403, clears: '"cache", "storage"' };
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"])
      expect(await seen("clearing", storage, method)).toEqual(refused);
  });

  test("says nothing while it is only announced", async () => {
    const announced = { ...storage, effectiveAt: later };
    expect(await seen("announced", announced)).toEqual({
      status: 200,
      clears: undefined,
    });
  });

  test("says nothing with a challenge that passes", async () => {
    const offboarding = { ...storage, offboardUntil: later };
    expect(await seen("leaving", offboarding)).toEqual({
      status: 200,
      clears: undefined,
    });
  });

  test("says nothing to visitors outside its scope", async () => {
    const scoped = { ...storage, scope: { hosts: ["other.localhost"] } };
    expect(await seen("elsewhere", scoped)).toEqual({
      status: 200,
      clears: undefined,
    });
  });
});

/** A site whose pages a service worker answers for from its own cache, and from nowhere else. */
const workingOffline = () =>
  origin((asked, response) => {
    response.setHeader("Cache-Control", "no-store");
    if (asked.url === "/worker.js") {
      response.setHeader("Content-Type", "text/javascript");
      response.end(`
        addEventListener("install", (event) => event.waitUntil(
          caches.open("v1").then((cache) => cache.add("/"))));
        addEventListener("activate", (event) => event.waitUntil(clients.claim()));
        addEventListener("fetch", (event) => event.respondWith(
          caches.match(event.request).then((found) => found ?? fetch(event.request))));`);
      return;
    }
    response.setHeader("Content-Type", "text/html");
    response.end("<title>the site</title>");
  });

test.each([
  ["goes on from the browser without clearSiteData", {}, "the site"],
  [
    "goes on from the browser when only its cache is cleared",
    { clearSiteData: "cache" },
    "the site",
  ],
  [
    "ends when its storage is cleared",
    { clearSiteData: "storage" },
    "This site is no longer served here",
  ],
])(
  "a dropped site with a service worker, whose update is refused, %s",
  async (_, members, title) => {
    await rig.site("offline", [await workingOffline()]);
    const url = `http://offline.localhost:${rig.port}/`;
    const found = await visitPage(url, {}, async (page) => {
      await page.evaluate(async () => {
        await navigator.serviceWorker.register("/worker.js");
        await navigator.serviceWorker.ready;
      });
      await rig.put("customer:offline", denial(members));
      const update = await page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        return registration.update().then(
          () => "updated",
          (error: Error) => error.message,
        );
      });
      expect(update).toMatch(/^Failed to update/);
      await page.reload();
      return page.title();
    });
    expect(found).toContain(title);
  },
);

test("an EventSource that is refused does not come back after a restore, and a new one does", async () => {
  const at = await origin((asked, response) => {
    const isStream = asked.url === "/events";
    response.setHeader(
      "Content-Type",
      isStream ? "text/event-stream" : "text/html",
    );
    response.write(isStream ? "retry: 1\ndata: hello\n\n" : "<title>x</title>");
    response.end();
  });
  await rig.site("events", [at]);
  const url = `http://events.localhost:${rig.port}/`;
  await visitPage(url, {}, async (page) => {
    await rig.put("customer:events", denial({}));
    const refused = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const source = new EventSource("/events");
          Object.assign(globalThis, { source });
          source.addEventListener("error", () => resolve(source.readyState));
        }),
    );
    expect(refused).toBe(2);
    await rig.put("customer:events", "allow");
    const [before, anew] = await page.evaluate(
      () =>
        new Promise<unknown[]>((resolve) => {
          const { source } = globalThis as unknown as { source: EventSource };
          const again = new EventSource("/events");
          again.addEventListener("message", ({ data }) => {
            again.close();
            resolve([source.readyState, data]);
          });
        }),
    );
    expect([before, anew]).toEqual([2, "hello"]);
  });
});

test("fetch() of a dropped site gets a problem that it can read, an image nothing", async () => {
  const at = await origin((_, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end("<title>x</title>");
  });
  await rig.site("scripted", [at]);
  const url = `http://scripted.localhost:${rig.port}/`;
  await visitPage(url, {}, async (page) => {
    await rig.put("customer:scripted", denial({ reason: "Spam" }));
    const found = await page.evaluate(async () => {
      const response = await fetch("/api");
      return [response.headers.get("content-type"), await response.json()];
    });
    expect(found).toEqual([
      "application/problem+json",
      expect.objectContaining({ status: 403, detail: "Spam" }),
    ]);
    const image = page.waitForResponse(/\.png$/);
    await page.evaluate(() => {
      new Image().src = "/a.png";
    });
    const response = await image;
    expect(response.status()).toBe(403);
    expect((await response.body()).length).toBe(0);
    await page.reload();
    expect(await page.title()).toContain("no longer served");
  });
});
