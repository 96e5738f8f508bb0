import axe from "axe-core";
import {
  chromium as playwright,
  type Browser,
  type BrowserContextOptions,
  type Page,
} from "playwright-core";

let launched: Promise<Browser> | undefined;

/** The one browser of this process, which ends with it. What visitors are not to share is in contexts of their own. */
export function sharedBrowser(): Promise<Browser> {
  launched ??= launch();
  return launched;
}

/** Chromium as it comes with the packages: nothing is downloaded, nothing of the machine's is used. */
async function launch(): Promise<Browser> {
  const before = { ...process.env };
  // It unpacks the libraries it needs only where it believes itself to be on AWS Lambda.
  process.env["AWS_EXECUTION_ENV"] = "AWS_Lambda_nodejs22.x";
  const { default: chromium } = await import("@sparticuz/chromium");
  const executablePath = await chromium.executablePath();
  // With its libraries, which are not for the programs that other tests start.
  const env = { ...process.env };
  for (const name of Object.keys(env))
    if (name in before) process.env[name] = before[name];
    else delete process.env[name];
  return playwright.launch({
    executablePath,
    env,
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
  url: string,
  reader: BrowserContextOptions,
  look: (page: Page) => Promise<T>,
): Promise<T> {
  const browser = await sharedBrowser();
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
  // Of what is right, axe would tell of every element.
  return page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
    const found = await inPage.run({ resultTypes: ["violations"] });
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`,
    );
  });
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
