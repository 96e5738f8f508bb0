import type { Page, Response } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { violations } from "../browser.ts";
import { openDemo, shows, type Demo } from "./demo.ts";

let demo: Demo;
beforeAll(async () => {
  demo = await openDemo();
});
afterAll(() => demo.close());

/** The answers for the images of a page, once all of them are shown. */
async function images(page: Page, place: string): Promise<Response[]> {
  const received: Response[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === "image") received.push(response);
  });
  await page.goto(demo.url(place), { waitUntil: "load" });
  const shown = await page
    .locator("img")
    .evaluateAll((all: HTMLImageElement[]) =>
      all.every(({ complete, naturalWidth }) => complete && naturalWidth > 0),
    );
  expect(shown).toBe(true);
  return received;
}

describe("the page that greets on localhost", () => {
  test("leads to every site, and says what each now answers", async () => {
    await demo.as({}, async (page) => {
      await page.goto(demo.url("/"));
      const cards = page.locator(".card");
      expect(await cards.count()).toBe(4);
      for (const [site, now] of [
        ["shop", "Now: 200 OK"],
        ["forum", "Now: 200 OK"],
        ["archive", "Now: 403 Forbidden"],
        ["club", "Now: 200 OK, to be dropped on "],
      ] as const) {
        const card = cards.filter({ hasText: `${site}.localhost` });
        expect(await card.textContent()).toContain(now);
        expect(await card.getByRole("link").getAttribute("href")).toBe(
          demo.url(site),
        );
      }
    });
  });
});

describe("the shop", () => {
  test("shows all its images, to the second visitor from the cache", async () => {
    const first = await demo.as({}, (page) => images(page, "shop"));
    expect(first.length).toBeGreaterThanOrEqual(7);
    const second = await demo.as({}, (page) => images(page, "shop"));
    for (const response of second)
      expect(response.headers()["cache-status"]).toMatch(/^portcullis;hit;/);
  });

  test("finds what is searched for, and says how much it found", async () => {
    await demo.as({}, async (page) => {
      await page.goto(demo.url("shop/search"));
      await page.getByRole("searchbox").fill("kettle");
      await page.keyboard.press("Enter");
      expect(await shows(page, "1 of 6 products match “kettle”.")).toBe(true);
      await page.getByRole("link", { name: "Enamel kettle" }).click();
      await page.getByRole("button", { name: "Add to cart" }).click();
      expect(await shows(page, "1 × € 36.50")).toBe(true);
    });
  });

  test("keeps a cart for its visitor and for nobody else", async () => {
    await demo.as({}, async (page) => {
      await page.goto(demo.url("shop/cart"));
      expect(await shows(page, "It is empty.")).toBe(true);
    });
  });

  test("leads a redirect to the host that the visitor knows", async () => {
    await demo.as({}, async (page) => {
      await page.goto(demo.url("shop/offer"));
      expect(page.url()).toBe(
        demo.url("shop/products/storm-lantern?from=offer"),
      );
    });
  });

  test("tells its stock event by event", async () => {
    await demo.as({}, async (page) => {
      await page.goto(demo.url("shop/live"));
      await page.getByText("Connected.").waitFor();
      const second = page.locator("#stock li").nth(1);
      expect(await second.textContent()).toMatch(/: \d+ left$/);
    });
  });

  test("echoes over a WebSocket", async () => {
    await demo.as({}, async (page) => {
      await page.goto(demo.url("shop/chat"));
      await page.getByText("Connected.").waitFor();
      await page.getByLabel("Message").fill("Is anybody there?");
      await page.getByRole("button", { name: "Send" }).click();
      expect(await shows(page, "Echo: Is anybody there?")).toBe(true);
    });
  });

  test("is walked by keyboard past its header", async () => {
    await demo.as({}, async (page) => {
      await page.goto(demo.url("shop"));
      await page.keyboard.press("Tab");
      expect(await page.locator(":focus").textContent()).toBe(
        "Skip to content",
      );
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      expect(await page.locator(":focus").textContent()).toBe(
        "This week’s offer",
      );
    });
  });
});

describe("the forum", () => {
  test("shows a reply at once, although its pages are kept", async () => {
    await demo.as({}, async (page) => {
      await page.goto(demo.url("forum/threads/1"));
      await page.getByLabel("Your name").fill("Ines");
      await page.getByLabel("Your reply").fill("Less water, more patience.");
      await page.getByRole("button", { name: "Reply" }).click();
      expect(await shows(page, "Less water, more patience.")).toBe(true);
    });
    await demo.as({}, async (page) => {
      await page.goto(demo.url("forum/threads/1"));
      expect(await shows(page, "Less water, more patience.")).toBe(true);
    });
  });

  test("knows a member by the cookie it set, and shows the page to no other", async () => {
    await demo.as({}, async (page) => {
      await page.goto(demo.url("forum/login"));
      await page.getByLabel("Name").fill("Ines");
      await page.getByRole("button", { name: "Sign in" }).click();
      expect(await shows(page, "Welcome back, Ines")).toBe(true);
    });
    await demo.as({}, async (page) => {
      await page.goto(demo.url("forum/members"));
      expect(page.url()).toBe(demo.url("forum/login"));
    });
  });
});

test("RFC 8594 §3 the club is served, and told when that will end", async () => {
  await demo.as({}, async (page) => {
    const response = await page.goto(demo.url("club"));
    expect(response?.status()).toBe(200);
    const { sunset = "", link } = response?.headers() ?? {};
    expect(Date.parse(sunset)).toBeGreaterThan(Date.now());
    expect(link).toContain('rel="sunset"');
  });
});

describe.each([
  "/",
  "shop",
  "shop/products/wool-blanket",
  "shop/search?q=mug",
  "shop/live",
  "shop/chat",
  "shop/cart",
  "shop/nowhere",
  "forum",
  "forum/threads/2",
  "forum/login",
  "club",
])("%s", (place) => {
  test.each(["light", "dark"] as const)(
    "axe-core finds nothing wrong in %s",
    async (colorScheme) => {
      const found = await demo.as({ colorScheme }, async (page) => {
        await page.goto(demo.url(place));
        return violations(page);
      });
      expect(found).toEqual([]);
    },
  );

  test("nothing is wider than a screen of 320 px", async () => {
    const viewport = { width: 320, height: 800 };
    const width = await demo.as({ viewport }, async (page) => {
      await page.goto(demo.url(place));
      return page.evaluate(() => document.documentElement.scrollWidth);
    });
    expect(width).toBe(320);
  });
});
