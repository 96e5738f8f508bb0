import axe from "axe-core";
import {
  chromium as playwright,
  type Browser,
  type BrowserContextOptions,
  type Page,
} from "playwright-core";

/** Chromium as it comes with the packages: nothing is downloaded, nothing of the machine's is used. */
export async function launch(): Promise<Browser> {
  // It unpacks the libraries it needs only where it believes itself to be on AWS Lambda.
  process.env["AWS_EXECUTION_ENV"] = "AWS_Lambda_nodejs22.x";
  const { default: chromium } = await import("@sparticuz/chromium");
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    // Not `chromium.args`: they put everything into one process, which dies with the first page that is closed, and turn
    // off web security, which is among the things under test.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--font-render-hinting=none",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Opens a page as a reader with these settings would, does something with it, and closes it again. */
export async function visitPage<T>(
  browser: Browser,
  url: string,
  reader: BrowserContextOptions,
  look: (page: Page) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext(reader);
  try {
    const page = await context.newPage();
    await page.goto(url);
    return await look(page);
  } finally {
    await context.close();
  }
}

/** What axe-core finds wrong with a page, each with the elements it is about. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(),
  );
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`,
  );
}

/** Goes through all links of a page by the Tab key: where each leads, and the outline that shows it is reached. */
export async function walk(page: Page) {
  const links = await page
    .locator("a")
    .evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  const reached = [];
  for (const _ of links) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(() => {
        const focused = document.activeElement ?? document.body;
        const { outlineStyle, outlineWidth } = getComputedStyle(focused);
        return [focused.getAttribute("href"), outlineStyle, outlineWidth];
      }),
    );
  }
  return { links, reached };
}
