import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withoutIgnoredCookies } from "../../src/cache/cookies.ts";
import { handle } from "../../src/edge/handle.ts";
import { fieldsOf, type FieldLine } from "../../src/http/fields.ts";
import { answered, inbound, memoryEdge, textOf } from "../world.ts";
import { visits, type Visit } from "./visits.ts";

type Edge = ReturnType<typeof memoryEdge>;

function edgeWith(cache: object): Edge {
  const edge = memoryEdge();
  const origins = ["https://origin.shop.example"];
  const site = { customer: "shop", origins, cache };
  edge.world.list.set("host:shop.example", JSON.stringify(site));
  return edge;
}

async function get(
  edge: Edge,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  const url = `http://shop.example${path}`;
  const reply = await handle(inbound(url, { fields: { ...fields } }), edge);
  const text = await textOf(reply);
  await edge.world.settle();
  return text;
}

/** How often the origin is asked. */
async function pay({ cache, requests, answer }: Visit): Promise<number> {
  const edge = edgeWith(cache);
  edge.world.origin = ({ url, fields }) => {
    const sent = fieldsOf(fields);
    const path = `${url.pathname}${url.search}`;
    const made = answer(path, (name) => sent.get(name) ?? null);
    return answered(200, made.fields, made.body);
  };
  for (const { path, fields } of requests) {
    const text = await get(edge, path, fields);
    const own = answer(path, (name) => fields[name] ?? null);
    expect(text).toBe(own.body);
  }
  return edge.world.sent.length;
}

/** The table in src/cache/README.md: visits, requests, and how many of them reach the origin. */
test("of realistic visits the origin is asked for as much as the manual says, and everybody gets what is theirs", async () => {
  const found: [string, number, number][] = [];
  for (const visit of visits)
    found.push([visit.name, visit.requests.length, await pay(visit)]);
  expect(found).toMatchInlineSnapshot(`
    [
      [
        "WordPress: three pages with their files, \`_ga\` and consent cookies",
        300,
        7,
      ],
      [
        "Fonts and modules of a site, with \`Origin\`",
        80,
        4,
      ],
      [
        "Next.js: pages, prefetches and navigation by RSC",
        100,
        10,
      ],
      [
        "Single-page application: jQuery, Sentry, axios, Apollo",
        60,
        3,
      ],
      [
        "Firefox over HTTP/3 (\`Alt-Used\`), and others",
        40,
        2,
      ],
      [
        "DokuWiki: static files with a session cookie, \`cookies: "static"\`",
        220,
        11,
      ],
      [
        "Django admin: static files with a session cookie, \`cookies: "static"\`",
        180,
        9,
      ],
      [
        "The same without the setting, \`public\` files",
        180,
        9,
      ],
      [
        "An account: private pages with a session cookie",
        40,
        40,
      ],
      [
        "A forgetful shop: pages of a session without \`private\`, fresh for a minute",
        40,
        40,
      ],
    ]
  `);
});

const paths = ["/", "/a.css", "/account/x.css"];
const names = [
  "cookie",
  "authorization",
  "x-a",
  "origin",
  "accept",
  "user-agent",
  "referer",
];
const value = fc.constantFrom(
  "1",
  "2",
  "text/html",
  "*/*",
  "sid=1",
  "sid=2",
  "_ga=1",
  "sid=1; _ga=2",
);
const someRequest = fc.record({
  path: fc.constantFrom(...paths),
  fields: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 }),
});
const policy = fc.constantFrom(
  "private",
  "no-store",
  "max-age=60",
  "public, max-age=60",
  "s-maxage=60",
  "max-age=0",
  "private, max-age=60",
);
const someAnswer = fc.record({
  policy,
  type: fc.constantFrom("text/css", "text/html"),
  status: fc.constantFrom(200, 200, 200, 403, 404),
  vary: fc.constantFrom(
    "",
    "Cookie",
    "X-A",
    "Accept",
    "User-Agent",
    "Accept, X-A",
  ),
  validator: fc.constantFrom(null, '"e"'),
  setsCookie: fc.boolean(),
});
const someSettings = fc.record(
  {
    cookies: fc.constantFrom("strict", "static"),
    setCookie: fc.constantFrom("never", "strip"),
    ignoredCookies: fc.constantFrom([], ["sid"], ["*"]),
  },
  { requiredKeys: [] },
);

/** What a visitor sent in a field; of cookies also what is left of them without those of analytics, which origins never see. */
function sentBy(
  fields: Readonly<Record<string, string>>,
  name: string,
  seen: string,
): string | null | undefined {
  const sent = fields[name];
  const left =
    name === "cookie" && sent !== undefined
      ? withoutIgnoredCookies(sent, [])
      : sent;
  return seen === left ? left : sent;
}

describe("a visitor's own page is never another's", () => {
  /** An origin that shows in every answer all that it was sent, and is as careless in its directives as it likes. */
  test("whatever cookies, fields, Vary and settings: nobody sees a byte that they did not send", async () => {
    await fc.assert(
      fc.asyncProperty(
        someSettings,
        fc.record(Object.fromEntries(paths.map((path) => [path, someAnswer]))),
        fc.array(someRequest, { minLength: 2, maxLength: 12 }),
        async (settings, answers, requests) => {
          const edge = edgeWith(settings);
          edge.world.origin = ({ url, fields }) => {
            const made = answers[url.pathname];
            const sent = fieldsOf(fields);
            const shown = names.map((name) => [name, sent.get(name) ?? null]);
            const lines: FieldLine[] = [
              ["Cache-Control", made?.policy ?? ""],
              ["Content-Type", made?.type ?? ""],
            ];
            if (made?.vary) lines.push(["Vary", made.vary]);
            if (made?.setsCookie) lines.push(["Set-Cookie", "sid=new"]);
            return answered(made?.status ?? 200, lines, JSON.stringify(shown));
          };
          for (const { path, fields } of requests) {
            const shown: unknown = JSON.parse(await get(edge, path, fields));
            for (const [name, seen] of shown as [string, string | null][]) {
              // "Same for all" is what an origin says of Accept when it leaves it to caches, within pages and within files.
              if (seen === null || (name === "accept" && seen !== "1"))
                continue;
              if (name === "user-agent" && seen === "portcullis") continue;
              const isForAll = /public|s-maxage/.test(
                answers[path]?.policy ?? "",
              );
              // An origin that says of an answer to credentials that it is for all has shown them to all.
              if (isForAll && (name === "cookie" || name === "authorization"))
                continue;
              expect([name, seen]).toEqual([name, sentBy(fields, name, seen)]);
            }
            // What is private is made for this very visitor.
            const cookie = fields["cookie"] ?? "";
            const isOwn =
              /private|no-store/.test(answers[path]?.policy ?? "") &&
              cookie.includes("sid");
            const own = isOwn ? [["cookie", cookie]] : [];
            expect(shown).toEqual(expect.arrayContaining(own));
            edge.world.pass(10_000);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
