import { chromium as playwright, type Browser } from "playwright-core";

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
