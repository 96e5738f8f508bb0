import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderPage } from "../../src/page/render.ts";
import type { PageReason, OwnPage } from "../../src/page/reason.ts";
import { sharedBrowser, violations, visitPage, walk } from "../browser.ts";
import {
  demand,
  dropped,
  nowMs,
  occasions,
  operator,
  ownPages,
} from "./samples.ts";

const unbroken = "x".repeat(300);
const pages: ReadonlyMap<string, PageReason | OwnPage> = new Map<
  string,
  PageReason | OwnPage
>([
  ...occasions.map(([name, occasion]) => [name, occasion] as const),
  ...ownPages.map(([path, page]) => [`own ${path}`, page] as const),
  [
    "long words",
    {
      ...dropped(
        { ...demand, reason: unbroken, statement: { und: unbroken } },
        451,
      ),
      host: `${unbroken}.example`,
    } as PageReason,
  ],
  [
    "hostile",
    dropped({
      reason:
        "</bdi></main><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">",
    }),
  ],
]);

let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const occasion = pages.get(decodeURIComponent(request.url?.slice(1) ?? ""));
    if (occasion === undefined) return void response.writeHead(404).end();
    const get = (name: string): string | null =>
      request.headers[name]?.toString() ?? null;
    const reader = {
      method: request.method ?? "",
      fields: { get },
      base: null,
      pop: "FRA",
    };
    const { status, fields, body } = renderPage(
      occasion,
      reader,
      operator,
      nowMs,
    );
    response.writeHead(status, fields.flat()).end(body);
  });
  await new Promise<void>((listening) =>
    server.listen(0, "127.0.0.1", listening),
  );
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => void server.close());

function visit<T>(
  name: string,
  reader: BrowserContextOptions,
  look: (page: Page) => Promise<T>,
): Promise<T> {
  const url = `${base}/${encodeURIComponent(name)}`;
  return visitPage(url, reader, look);
}

const width = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth);

describe.each([...pages.keys()])("%s", (name) => {
  test.each(["light", "dark"] as const)(
    "axe-core finds nothing wrong in %s",
    async (colorScheme) => {
      expect(await visit(name, { colorScheme }, violations)).toEqual([]);
    },
  );

  test.each([320, 1280])(
    "nothing is wider than a screen of %i px",
    async (wide) => {
      expect(
        await visit(name, { viewport: { width: wide, height: 800 } }, width),
      ).toBe(wide);
    },
  );
});

test.each(["fr", "de", "es", "pt", "ja", "ar"])(
  "in %s the longest page is without fault, and no wider than 320 px",
  async (locale) => {
    const reader = { locale, viewport: { width: 320, height: 800 } };
    const seen = await visit("legal, ending", reader, async (page) => ({
      language: await page.evaluate(() => document.documentElement.lang),
      width: await width(page),
      violations: await violations(page),
    }));
    expect(seen).toEqual({ language: locale, width: 320, violations: [] });
  },
);

test("Tab reaches every link in the order of the page, and shows where it is", async () => {
  const { links, reached } = await visit("legal", {}, walk);
  // Ours and the owner's in the head, three in the text, six languages.
  expect(links).toHaveLength(12);
  expect(reached).toEqual(links.map((href) => [href, "solid", "3px"]));
});

test("a record's script does not run, and nothing is fetched or refused by the page's own policy", async () => {
  const page = await (await sharedBrowser()).newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(`${base}/hostile`);
  expect(await page.title()).toContain("This site is no longer served here");
  expect(await page.evaluate(() => document.scripts.length)).toBe(0);
  expect(requests).toEqual([`${base}/hostile`]);
  expect(complaints.filter((text) => !text.includes("403"))).toEqual([]);
  await page.close();
});

test("on paper a link says where it leads", async () => {
  const after = await visit("policy", {}, async (page) => {
    await page.emulateMedia({ media: "print" });
    return page
      .locator("dd a")
      .evaluateAll((links) =>
        links.map((link) => getComputedStyle(link, "::after").content),
      );
  });
  expect(after).toEqual([
    '" <https://edge.example/notices/N-0042>"',
    '" <https://edge.example/appeals?reference=N-0042>"',
    "none",
  ]);
});

test("the page moves nothing, so that there is nothing to reduce", async () => {
  const moving = await visit("policy", {}, (page) =>
    page.locator("*").evaluateAll(
      (all) =>
        all.filter((element) => {
          const { transitionDuration, animationName } =
            getComputedStyle(element);
          return transitionDuration !== "0s" || animationName !== "none";
        }).length,
    ),
  );
  expect(moving).toBe(0);
});

test.each(["#000000", "#ffffff", "#ffee00", "#777777", "#0b6e6e"])(
  "an accent of %s leaves every text legible",
  async (accent) => {
    const coloured = { ...operator, colours: { accent, accentDark: accent } };
    const reader = {
      method: "GET",
      fields: new Map(),
      base: null,
      pop: null,
    };
    const { body } = renderPage(dropped(), reader, coloured, nowMs);
    for (const colorScheme of ["light", "dark"] as const) {
      const found = await visitPage("about:blank", { colorScheme }, (page) =>
        page.setContent(body ?? "").then(() => violations(page)),
      );
      expect(found).toEqual([]);
    }
  },
);
