import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { violations, walk } from "../browser.ts";
import { findFreePort, ask, askUntil } from "../cli/running.ts";
import { wrangler } from "../workerd/wrangler.ts";
import { openDemo, shows, type Demo } from "./demo.ts";

let demo: Demo;
beforeAll(async () => {
  demo = await openDemo();
  await wrangler(demo, "bulk put", [
    {
      key: "host:dead.localhost",
      value: JSON.stringify({
        customer: "dead",
        origins: [`http://127.0.0.1:${await findFreePort()}`],
      }),
    },
    { key: "customer:dead", value: "allow" },
    {
      key: "host:seized.localhost",
      value: JSON.stringify({
        customer: "seized",
        origins: ["http://127.0.0.1:1"],
      }),
    },
    {
      key: "customer:seized",
      value: JSON.stringify({
        verdict: "deny",
        ground: "legal",
        reason: "Court order 7 O 114/19",
        authority: { name: "Regional Court of Example", jurisdiction: "DE" },
      }),
    },
  ]);
  await askUntil(demo.port, "seized.localhost", 451);
});
afterAll(() => demo.close());

const pages: [place: string, status: number, headline: string][] = [
  ["archive", 403, "This site is no longer served here"],
  ["archive/any/picture.png", 403, "This site is no longer served here"],
  ["unknown", 421, "There is no site at this address"],
  ["seized", 451, "This site is unavailable for legal reasons"],
  ["dead", 502, "The site’s own server did not answer"],
  ["shop/.well-known/portcullis/", 200, "This address is served through us"],
];

describe.each(pages)("%s", (place, status, headline) => {
  test(`is answered with ${status} and a page in the operator's name`, async () => {
    await demo.as({}, async (page) => {
      const response = await page.goto(demo.url(place));
      expect(response?.status()).toBe(status);
      expect(await page.locator("h1").textContent()).toBe(headline);
      expect(await page.locator("header").textContent()).toContain(
        "Causeway Hosting",
      );
      expect(await page.locator("header svg").isVisible()).toBe(true);
    });
  });

  test.each<BrowserContextOptions>([
    { colorScheme: "light" },
    { colorScheme: "dark" },
    { locale: "ar", viewport: { width: 320, height: 800 } },
  ])("axe-core finds nothing wrong with %o", async (visitor) => {
    const found = await demo.as(visitor, async (page) => {
      await page.goto(demo.url(place));
      return violations(page);
    });
    expect(found).toEqual([]);
  });
});

test("the archive's page speaks French to a French browser, statement included", async () => {
  await demo.as({ locale: "fr-FR" }, async (page) => {
    await page.goto(demo.url("archive"));
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
    expect(await page.locator("h1").textContent()).toBe(
      "Ce site n’est plus servi ici",
    );
    expect(await page.locator("blockquote").getAttribute("lang")).toBe("fr");
  });
});

test("Tab reaches every link of the archive's page and shows where it is", async () => {
  await demo.as({}, async (page) => {
    await page.goto(demo.url("archive"));
    const { links, reached } = await walk(page);
    expect(
      links.filter((link) => /^(?:https|mailto):/.test(link ?? "")),
    ).toEqual([
      "https://causeway.example/",
      "https://causeway.example/notices/N-0042",
      "https://causeway.example/appeals/N-0042",
      "mailto:trust@causeway.example",
    ]);
    expect(reached).toEqual(links.map((href) => [href, "solid", "3px"]));
  });
});

/** Every URL that a browser asks for to show these pages. */
async function urlsOf(places: readonly string[], page: Page) {
  const urls = new Set<string>();
  page.on("request", (request) => urls.add(request.url()));
  for (const place of places)
    await page.goto(demo.url(place), { waitUntil: "load" });
  return [...urls].filter((url) => url.startsWith("http"));
}

/** What these are answered with now, to somebody who has none of them yet. */
async function statuses(urls: readonly string[]) {
  const answers = await Promise.all(
    urls
      .map((url) => new URL(url))
      .map(({ hostname, pathname, search }) =>
        ask(demo.port, hostname, pathname + search),
      ),
  );
  return new Set(answers.map(({ status }) => status));
}

test("one key drops the shop, in every URL and in what is under way, and another brings it back", async () => {
  await demo.as({}, async (page) => {
    const urls = await urlsOf(
      ["shop", "shop/products/field-mug", "shop/search", "shop/api/products"],
      page,
    );
    expect(urls.length).toBeGreaterThan(10);
    expect(await statuses(urls)).toEqual(new Set([200]));

    const context = page.context();
    const [live, chat] = [await context.newPage(), await context.newPage()];
    await live.goto(demo.url("shop/live"));
    await chat.goto(demo.url("shop/chat"));
    await live.getByText("Connected.").waitFor();
    await chat.getByText("Connected.").waitFor();

    await wrangler(demo, "put", "customer:shop", "deny");
    await askUntil(demo.port, "shop.localhost", 403);
    expect(await statuses(urls)).toEqual(new Set([403]));
    await demo.as({}, async (visitor) => {
      await visitor.goto(demo.url("shop/products/field-mug"));
      expect(await shows(visitor, "This site is no longer served here")).toBe(
        true,
      );
    });
    expect(await shows(live, "The connection ended")).toBe(true);
    expect(await shows(chat, "The connection ended")).toBe(true);

    await wrangler(demo, "put", "customer:shop", "allow");
    await askUntil(demo.port, "shop.localhost", 200);
    expect(await statuses(urls)).toEqual(new Set([200]));
    await demo.as({}, async (visitor) => {
      await visitor.goto(demo.url("shop"));
      expect(await shows(visitor, "Good things for long evenings")).toBe(true);
    });
  });
});
