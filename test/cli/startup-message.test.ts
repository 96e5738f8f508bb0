import { describe, expect, test } from "vitest";
import { startupMessage } from "../../src/cli/startup-message.ts";

const nowMs = Date.parse("2019-08-05T01:44:00Z");

function told(entry: string, persistTo: string | null = null): string {
  return startupMessage(
    {
      port: 8787,
      runtime: "bundle",
      storePath: "/store",
      persistTo,
      customers: [{ id: "forum", host: "forum.localhost", entry }],
    },
    nowMs,
  );
}

describe("what npm start prints", () => {
  test.each([
    ["served", "allow", "served"],
    ["dropped", " DENY ", "dropped"],
    [
      "dropped for a ground",
      '{"verdict":"deny","ground":"billing"}',
      "dropped (billing)",
    ],
    [
      "noticed",
      '{"verdict":"deny","ground":"policy","effectiveAt":"2019-08-05T07:00:00Z"}',
      "served until Mon, 05 Aug 2019 07:00:00 GMT, then dropped (policy)",
    ],
    [
      "restored by time",
      '{"verdict":"deny","endsAt":"2019-08-05T01:44:00Z"}',
      "served",
    ],
    ["unreadable", "dney", "unreadable entry: customer:forum: "],
  ])("says when a customer is %s", (_, entry, state) => {
    expect(told(entry)).toContain(`http://forum.localhost:8787/  ${state}`);
  });

  test.each([
    ["the usual store", null, "--binding CUSTOMERS customer:shop deny"],
    [
      "another store",
      "/tmp/s-1",
      "--binding CUSTOMERS --persist-to /tmp/s-1 customer:shop deny",
    ],
    [
      "a store whose path needs quoting",
      "/tmp/it's here",
      "--binding CUSTOMERS --persist-to '/tmp/it'\\''s here' customer:shop deny",
    ],
  ])("names commands that act on %s", (_, persistTo, command) => {
    expect(told("allow", persistTo)).toContain(
      `  npx wrangler kv key put ${command}\n`,
    );
  });

  test("without demo customers shows how to add one", () => {
    const text = startupMessage(
      {
        port: 80,
        runtime: "bundle",
        storePath: "/store",
        persistTo: null,
        customers: [],
      },
      nowMs,
    );
    expect(text).toContain("customer:acme allow");
    expect(text).not.toContain("shop");
  });

  test.each([
    ["bundle", "Visitors have no country"],
    ["dev", "streamed text is held back"],
  ] as const)("says what differs from Cloudflare on %s", (runtime, text) => {
    const running = {
      port: 80,
      runtime,
      storePath: "/store",
      persistTo: null,
      customers: [],
    };
    expect(startupMessage(running, nowMs)).toContain(text);
  });
});
