import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportHtml } from "../../../src/sim/report/html.ts";
import { writeReports, writeSweep } from "../../../src/sim/report/write.ts";
import type { Result } from "../../../src/sim/result.ts";
import { sharedBrowser, violations, visitPage } from "../../browser.ts";
import { nothing, sample } from "./sample.ts";
import { sweep } from "./sweep-sample.ts";

const size = { pops: 60, minutes: 10, bucketSeconds: 2, customers: 9 };
const evil = `</bdi></title></script><script>document.title='owned'</script><img src=x onerror="document.title='owned'">"'&`;

/** Every text that comes from a scenario, turned against the page. */
function hostile(result: Result): Result {
  const named = <T extends { customer: string | null }>(rows: readonly T[]) =>
    rows.map((row) => ({ ...row, customer: row.customer && evil }));
  return {
    ...result,
    scenario: { name: evil, title: evil, description: evil },
    pops: result.pops.map((pop) => ({
      ...pop,
      city: evil,
      country: evil,
      provider: evil,
    })),
    customers: [{ id: evil, hosts: [evil] }],
    providers: [{ id: evil, name: evil, supplier: evil }],
    series: named(result.series),
    propagations: named(result.propagations),
    events: named(result.events).map((event) => ({ ...event, text: evil })),
    origins: named(result.origins).map((one) => ({ ...one, origin: evil })),
    latency: named(result.latency),
    assertions: [{ text: evil, passed: false, found: evil }],
  };
}

let folder: string;
let usual: Result;
const urls = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-report-"));
  usual = await sample(size);
  const results: Record<string, Result> = {
    usual,
    hostile: hostile(usual),
    nothing,
    "one PoP": await sample({ ...size, pops: 1, customers: 1 }),
  };
  for (const [name, result] of Object.entries(results)) {
    const [path = ""] = await writeReports(result, join(folder, name));
    urls.set(name, pathToFileURL(path).href);
  }
  const [path = ""] = await writeSweep(sweep, join(folder, "sweep"));
  urls.set("sweep", pathToFileURL(path).href);
});

afterAll(() => rm(folder, { recursive: true }));

/** Opens a report from disk, does something with it, and closes it again. */
function visit<T>(
  name: string,
  reader: BrowserContextOptions,
  look: (page: Page) => Promise<T>,
): Promise<T> {
  return visitPage(urls.get(name) ?? "", reader, look);
}

describe.each(["usual", "hostile", "nothing", "one PoP", "sweep"])(
  "%s",
  (name) => {
    test.each(["light", "dark"] as const)(
      "axe-core finds nothing wrong in %s, with all tables open",
      async (colorScheme) => {
        const found = await visit(name, { colorScheme }, async (page) => {
          await page
            .locator("details")
            .evaluateAll((all) =>
              all.map((one) => one.setAttribute("open", "")),
            );
          return violations(page);
        });
        expect(found).toEqual([]);
      },
    );

    test.each([320, 375, 1280])(
      "nothing is wider than a screen of %i px",
      async (width) => {
        const viewport = { width, height: 800 };
        const wide = await visit(name, { viewport }, (page) =>
          page.evaluate(() => document.documentElement.scrollWidth),
        );
        expect(wide).toBe(width);
      },
    );

    test("it asks for nothing else, and its own policy has nothing to refuse", async () => {
      const page = await (await sharedBrowser()).newPage();
      const asked: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      await page.goto(urls.get(name) ?? "");
      expect(asked).toEqual([urls.get(name)]);
      expect(complaints).toEqual([]);
      expect(await page.title()).toContain("Portcullis simulation");
      await page.close();
    });
  },
);

test("the slider moves the map by keyboard, and says where it stands", async () => {
  const seen = await visit("usual", {}, async (page) => {
    const slider = page.getByLabel("Moment");
    const state = async () => ({
      moment: await page.locator("#moment").textContent(),
      said: await slider.getAttribute("aria-valuetext"),
      refused: await page.locator("[data-state='3']").textContent(),
      squares: await page
        .locator("svg.map")
        .first()
        .locator("use[href='#shape-3']")
        .count(),
    });
    await slider.focus();
    await page.keyboard.press("Home");
    const first = await state();
    await page.keyboard.press("ArrowRight");
    const second = await state();
    await page.getByRole("button", { name: "Event 3", exact: true }).click();
    await slider.focus();
    for (let press = 0; press < 36; press++)
      await page.keyboard.press("ArrowRight");
    return { first, second, dark: await state() };
  });
  expect(seen.first.moment).toBe("2019-08-05 06:57:30 UTC");
  expect(seen.first.squares).toBe(0);
  expect(seen.second.moment).not.toBe(seen.first.moment);
  expect(seen.dark.squares).toBeGreaterThan(40);
  expect(seen.dark.refused).toBe(String(seen.dark.squares));
  expect(seen.dark.said).toContain(seen.dark.moment);
  expect(seen.dark.said).toContain(`refused ${seen.dark.refused}`);
});

test("another customer's map can be chosen", async () => {
  const whose = await visit("usual", {}, async (page) => {
    await page.getByRole("combobox").selectOption({ label: "shop" });
    return page.locator("#whose").textContent();
  });
  expect(whose).toBe("shop");
});

test("playing ends by itself at the last moment", async () => {
  await visit("usual", {}, async (page) => {
    const slider = page.getByLabel("Moment");
    await slider.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.getByRole("button", { name: "Play" }).waitFor();
    expect(await slider.inputValue()).toBe(await slider.getAttribute("max"));
  });
});

test("without script the page shows the map in the middle of the first decision's propagation", async () => {
  await visit("usual", { javaScriptEnabled: false }, async (page) => {
    expect(await page.locator("#moment").textContent()).toMatch(
      /^2019-08-05 07:00:\d\d UTC, \d+ s after event 3$/,
    );
    expect(await page.locator("#controls").isVisible()).toBe(false);
    const refused = page
      .locator("svg.map")
      .first()
      .locator("[href='#shape-3']");
    expect(await refused.count()).toBeGreaterThan(10);
  });
});

test("every plot is an image with a name, and has its figures in a table", async () => {
  await visit("usual", {}, async (page) => {
    const figures = page.locator("main figure:not(.close figure)");
    const counts = await figures.evaluateAll((all) =>
      all.map((figure) => ({
        images: figure.querySelectorAll("svg[role=img][aria-label]").length,
        drawings: figure.querySelectorAll("svg.plot, svg.map").length,
        tables:
          figure.querySelectorAll("table").length +
          (figure.nextElementSibling?.matches(".scroll") ? 1 : 0),
      })),
    );
    expect(counts.length).toBeGreaterThan(8);
    for (const { images, drawings, tables } of counts) {
      expect(images).toBe(drawings);
      expect(tables).toBeGreaterThan(0);
    }
  });
});

test("on paper the page is light, wide, and without what can only be clicked", async () => {
  const paper = await visit("usual", { colorScheme: "dark" }, async (page) => {
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    return {
      ground: await page.evaluate(
        () => getComputedStyle(document.body).backgroundColor,
      ),
      controls: await page.locator("#controls").isVisible(),
      narrow: await page.locator(".plot.narrow").first().isVisible(),
      wide: await page.locator(".plot.wide").first().isVisible(),
    };
  });
  expect(paper).toEqual({
    ground: "rgb(255, 255, 255)",
    controls: false,
    narrow: false,
    wide: true,
  });
});

test("no style stands in an attribute, where the policy would refuse it", () => {
  expect(reportHtml(usual)).not.toMatch(/<[^>]* style="/);
});

test("the same result gives the same page", async () => {
  expect(reportHtml(await sample(size))).toBe(reportHtml(usual));
});

test("an hour of 300 PoPs, however restless, stays below 3 MB", async () => {
  const result = await sample({
    pops: 300,
    minutes: 60,
    bucketSeconds: 5,
    customers: 9,
    rate: 0.2,
  });
  expect(Buffer.byteLength(reportHtml(result))).toBeLessThan(3_000_000);
});

test("a run replaces an earlier one's files, and leaves nothing beside them", async () => {
  const dir = join(folder, "twice");
  await writeReports(usual, dir);
  const paths = await writeReports(nothing, dir);
  expect(paths).toEqual(
    [
      "report.html",
      "result.json",
      "series.csv",
      "propagation.csv",
      "junit.xml",
      "summary.md",
    ].map((name) => join(dir, name)),
  );
  expect((await readdir(dir)).toSorted()).toEqual(
    paths.map((path) => path.slice(dir.length + 1)).toSorted(),
  );
  expect(await readFile(join(dir, "series.csv"), "utf8")).toBe(
    "time,pop,customer,outcome,count\r\n",
  );
});
