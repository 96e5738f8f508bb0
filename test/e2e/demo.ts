import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { sharedBrowser } from "../browser.ts";
import { findFreePort, runStart } from "../cli/running.ts";

/** What `npm start` runs, on a store of its own, and a browser to look at it with. */
export interface Demo {
  port: number;
  statePath: string;
  /** `shop/search` is that page of shop.localhost, `/` the page of localhost. */
  url(place: string): string;
  /** Does something as a new visitor with these preferences, whose browser knows nothing yet. */
  as<T>(
    visitor: BrowserContextOptions,
    act: (page: Page) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

export async function openDemo(): Promise<Demo> {
  const statePath = await mkdtemp(join(tmpdir(), "portcullis-e2e-"));
  const port = await findFreePort();
  const edge = runStart(["--state", statePath], { PORT: String(port) });
  const [browser] = await Promise.all([
    sharedBrowser(),
    edge.printed("Ctrl-C stops everything."),
  ]);
  return {
    port,
    statePath,
    url: (place) => {
      const [, site = "", path = ""] = /^([^/]*)\/?(.*)$/.exec(place) ?? [];
      const host = site === "" ? "localhost" : `${site}.localhost`;
      return `http://${host}:${port}/${path}`;
    },
    as: async (visitor, act) => {
      const context = await browser.newContext(visitor);
      const page = await context.newPage();
      return act(page).finally(() => context.close());
    },
    close: async () => {
      edge.signal("SIGINT");
      await edge.ended;
      await rm(statePath, { recursive: true });
    },
  };
}

/** Waits until a page shows this text; the test's own time limit ends a wait in vain. */
export async function shows(page: Page, text: string): Promise<true> {
  await page.getByText(text).waitFor();
  return true;
}
