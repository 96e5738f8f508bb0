import { expect, test } from "vitest";
import { usefulSeconds } from "../../src/cache/retention.ts";
import { after, settingsWith, storedWith } from "./sample.ts";

const hour = 3_600;
const day = 24 * hour;
const settings = settingsWith({ serveStaleSeconds: day });

test.each([
  ["with ETag for 30 days", 'ETag: "1"\nCache-Control: max-age=5', 30 * day],
  ["with a weak one too", 'ETag: W/"1"\nCache-Control: max-age=5', 30 * day],
  [
    "with Last-Modified too",
    "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT",
    30 * day,
  ],
  [
    "without a validator while it may stand in for its origin",
    "Cache-Control: max-age=60",
    60 + day + hour,
  ],
  [
    "for the longer of its times past freshness",
    "Cache-Control: max-age=60, stale-while-revalidate=5000, stale-if-error=10",
    60 + 5000 + hour,
  ],
  [
    "that may not be used stale no longer than it is fresh",
    "Cache-Control: max-age=60, must-revalidate",
    60 + hour,
  ],
  [
    "that is fresh for years no longer",
    "Cache-Control: max-age=99999999",
    30 * day,
  ],
])("a body %s is kept in the PoP cache", (_, fields, seconds) => {
  expect(usefulSeconds(storedWith(fields), settings, after(0))).toBe(seconds);
});

test("what is left of its freshness counts", () => {
  const stored = storedWith("Cache-Control: max-age=100, must-revalidate");
  expect(usefulSeconds(stored, settings, after(90))).toBe(10 + hour);
  expect(usefulSeconds(stored, settings, after(900))).toBe(hour);
});
