import { expect, test } from "vitest";
import {
  hostFindings,
  settingsToTry,
  type HostAnswer,
} from "../../src/cli/commands/host-advice.ts";
import { parseSite, type Site } from "../../src/customer/site.ts";

function site(originHost: string): Site {
  const origins = ["https://origin.example:8443"];
  const record = { customer: "shop", origins, originHost };
  const read = parseSite("host:shop.example", JSON.stringify(record));
  if (!read.ok) throw new Error(read.problem);
  return read.value;
}

function answer(
  status: number,
  { body = "", location = null }: { body?: string; location?: string | null },
): HostAnswer {
  return { kind: "answered", status, location, body };
}

const page = answer(200, { body: "<title>Shop</title> <a href=/x>" });
const refused = answer(400, { body: "DisallowedHost" });
const silent: HostAnswer = { kind: "failed", problem: "connect ECONNREFUSED" };
const to = (location: string) => answer(301, { location });

/** What is found when its own Host, and the visitor's, bring these answers. */
function found(
  originHost: string,
  own: HostAnswer,
  visitors: HostAnswer,
  pattern = "shop.example",
) {
  return hostFindings(pattern, site(originHost), [
    { setting: { kind: "origin" }, answer: own },
    { setting: { kind: "visitor" }, answer: visitors },
  ]);
}

const toVisitor = "npx portcullis change shop.example --origin-host visitor";

test.each<[string, HostAnswer, string]>([
  ["400", refused, "answers 400"],
  ["421", answer(421, {}), "answers 421"],
  ["a redirect to itself", to("https://shop.example/"), "redirects / to"],
  ["one on another scheme", to("http://shop.example"), "redirects / to"],
  ["one to its own name", to("https://origin.example:8443/"), "redirects / to"],
  ["one by path", to("/"), "redirects / to"],
  [
    "its own address in the page",
    answer(200, { body: '<a href="https://Origin.Example:8443/next">' }),
    "names itself in its page (//origin.example:8443)",
  ],
])("%s with its own Host needs the visitor's", (_, own, why) => {
  const [finding] = found("origin", own, page);
  expect(finding).toMatchObject({
    weight: "problem",
    key: "host:shop.example",
  });
  expect(finding?.finding).toContain(
    `asked with its own Host, its origin ${why}`,
  );
  expect(finding?.finding).toContain(
    `with the visitor's Host it does not: ${toVisitor}`,
  );
  expect(found("visitor", own, page)).toEqual([]);
});

test.each<[string, HostAnswer]>([
  ["a page", page],
  ["a redirect further on", to("/login")],
  ["one to another site", to("https://www.shop.example/")],
  [
    "a page that names a longer host",
    answer(200, { body: "//origin.example:84431/" }),
  ],
  [
    "a page that names a host like it",
    answer(200, { body: "//origin.example.org/" }),
  ],
  ["a login", answer(401, {})],
])("%s with either Host needs nothing", (_, both) => {
  expect(found("origin", both, both)).toEqual([]);
  expect(found("visitor", both, both)).toEqual([]);
});

test("an origin that refuses the visitor's Host needs its own", () => {
  expect(found("visitor", page, refused)[0]?.finding).toContain(
    "with its own Host it does not: npx portcullis change shop.example --origin-host origin",
  );
  expect(found("origin", page, refused)).toEqual([]);
});

test("other sites under either Host are for the operator to choose from", () => {
  const other = answer(200, { body: "<title>It works!</title>" });
  expect(found("origin", other, page)).toEqual([
    {
      weight: "remark",
      key: "host:shop.example",
      finding: `asked with its own Host, its origin answers 200 "It works!", and with the visitor's Host 200 "Shop"; if that is the customer's site: ${toVisitor}`,
    },
  ]);
  expect(found("visitor", other, page)).toEqual([]);
});

test("an origin that does not answer is a remark, and one that never does well a problem without a command", () => {
  expect(found("origin", silent, silent)).toMatchObject([
    {
      weight: "remark",
      finding: expect.stringContaining(
        "does not answer (connect ECONNREFUSED)",
      ),
    },
  ]);
  const [finding] = found("origin", refused, refused);
  expect(finding).toMatchObject({ weight: "problem" });
  expect(finding?.finding).not.toContain("npx");
});

test("a wildcard's example is www, and its command is quoted for the shell", () => {
  const own = to("https://www.shop.example/");
  expect(found("origin", own, page, "*.shop.example")[0]?.finding).toContain(
    "npx portcullis change '*.shop.example' --origin-host visitor",
  );
});

test("a name is tried beside the two that need none", () => {
  expect(settingsToTry(site("visitor"))).toEqual([
    { kind: "origin" },
    { kind: "visitor" },
  ]);
  const named = site("www.shop.example");
  const settings = settingsToTry(named);
  expect(settings).toEqual([
    { kind: "name", host: "www.shop.example" },
    { kind: "origin" },
    { kind: "visitor" },
  ]);
  const [finding] = hostFindings(
    "shop.example",
    named,
    settings.map((setting) => ({
      setting,
      answer: setting.kind === "visitor" ? page : refused,
    })),
  );
  expect(finding?.finding).toContain(
    "asked with the Host www.shop.example, its origin answers 400; with the visitor's Host it does not",
  );
});
