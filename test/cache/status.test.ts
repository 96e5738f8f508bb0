import { describe, expect, test } from "vitest";
import { formatCacheStatus } from "../../src/cache/status.ts";
import type { CacheStatus } from "../../src/cache/status.ts";

describe("RFC 9211 §2", () => {
  test.each<[string, CacheStatus, string]>([
    ["§2.1 a hit", { kind: "hit", ttlSeconds: 30 }, "portcullis;hit;ttl=30"],
    [
      "§2.4 a stale hit has a negative ttl",
      { kind: "hit", ttlSeconds: -4 },
      "portcullis;hit;ttl=-4",
    ],
    [
      "§2.2 a miss",
      { kind: "forward", because: "uri-miss" },
      "portcullis;fwd=uri-miss",
    ],
    [
      "§2.3 to §2.8 all that can be told of a miss",
      {
        kind: "forward",
        because: "stale",
        status: 304,
        ttlSeconds: 60,
        stored: true,
        collapsed: false,
        key: '["shop","/é\\"]',
        detail: "set-cookie",
      },
      String.raw`portcullis;fwd=stale;fwd-status=304;stored;collapsed=?0;ttl=60;key="[\"shop\",\"/?\\\"]";detail="set-cookie"`,
    ],
  ])("%s", (_, handled, expected) => {
    expect(formatCacheStatus("portcullis", handled)).toBe(expected);
  });

  test.each([
    [
      "a cache nearer the origin comes first",
      "Origin; hit",
      "Origin; hit, portcullis;fwd=miss",
    ],
    ["what is no List is left out", "Origin; hit=", "portcullis;fwd=miss"],
    ["nothing before", "", "portcullis;fwd=miss"],
  ])("%s", (_, upstream, expected) => {
    expect(
      formatCacheStatus(
        "portcullis",
        { kind: "forward", because: "miss" },
        upstream,
      ),
    ).toBe(expected);
  });

  test("§2.9 a key that would make the header section large is not told", () => {
    const told = (length: number) =>
      formatCacheStatus("portcullis", {
        kind: "hit",
        ttlSeconds: 1,
        key: "k".repeat(length),
      });
    expect(told(200)).toContain(";key=");
    expect(told(201)).toBe("portcullis;hit;ttl=1");
  });
});
