import type { FieldLine } from "../../src/http/fields.ts";

/** A request of a browser or of a script in it. */
interface VisitRequest {
  path: string;
  fields: Readonly<Record<string, string>>;
}

/** What an application answers to one. */
interface VisitAnswer {
  fields: readonly FieldLine[];
  body: string;
}

/** Visits to one application as people pay them: what is asked, what it answers, and how its site is set. */
export interface Visit {
  name: string;
  /** The member `cache` of the site record. */
  cache: object;
  requests: readonly VisitRequest[];
  answer: (path: string, field: (name: string) => string | null) => VisitAnswer;
}

const page =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
const browsers: readonly Readonly<Record<string, string>>[] = [
  {
    "user-agent":
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    accept: page,
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "en-US,en;q=0.9",
    "sec-ch-ua": '"Chromium";v="140", "Google Chrome";v="140"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Windows"',
    "upgrade-insecure-requests": "1",
    priority: "u=0, i",
  },
  {
    "user-agent":
      "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "de,en-US;q=0.7,en;q=0.3",
    dnt: "1",
    "alt-used": "shop.example",
  },
  {
    "user-agent":
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-encoding": "gzip, deflate, br",
    "accept-language": "fr-FR,fr;q=0.9",
  },
];

const range = (count: number) => Array.from({ length: count }, (_, n) => n);

/** The same from each of so many visitors, each with a browser and a number of its own. */
function fromVisitors(
  count: number,
  requests: (
    browser: Readonly<Record<string, string>>,
    visitor: number,
  ) => readonly VisitRequest[],
): VisitRequest[] {
  return range(count).flatMap((visitor) =>
    requests(browsers[visitor % browsers.length] ?? {}, visitor),
  );
}

const site = "http://shop.example";

/** What a page loads, as browsers ask for it. */
function asset(
  browser: Readonly<Record<string, string>>,
  path: string,
  more: Readonly<Record<string, string>> = {},
): VisitRequest {
  const accept = /\.(?:png|jpe?g|svg)(?:\?|$)/.test(path)
    ? "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
    : /\.css/.test(path)
      ? "text/css,*/*;q=0.1"
      : "*/*";
  return {
    path,
    fields: {
      ...browser,
      accept,
      referer: `${site}/`,
      "sec-fetch-site": "same-origin",
      "sec-fetch-mode": "no-cors",
      ...more,
    },
  };
}

const types: readonly (readonly [RegExp, string])[] = [
  [/\.css/, "text/css"],
  [/\.m?js/, "text/javascript"],
  [/\.png/, "image/png"],
  [/\.svg/, "image/svg+xml"],
  [/\.woff2/, "font/woff2"],
];

function file(path: string, cacheControl: string): VisitAnswer {
  const type = types.find(([ending]) => ending.test(path))?.[1] ?? "text/html";
  return {
    fields: [
      ["Content-Type", type],
      ["Cache-Control", cacheControl],
    ],
    body: `file ${path}`,
  };
}

const analytics = (visitor: number) =>
  `_ga=GA1.1.${visitor}.17; _ga_AB12=GS1.${visitor}; OptanonConsent=id%3D${visitor}; _fbp=fb.1.${visitor}`;

export const visits: readonly Visit[] = [
  {
    name: "WordPress: three pages with their files, `_ga` and consent cookies",
    cache: {},
    requests: fromVisitors(20, (browser, visitor) => {
      const cookie = analytics(visitor);
      return ["/", "/about/", "/2026/01/post/"].flatMap((path) => [
        { path, fields: { ...browser, cookie } },
        ...["style.css", "jquery.js", "logo.png", "font.woff2"].map((name) =>
          asset(browser, `/wp-content/${name}?ver=6.8`, { cookie }),
        ),
      ]);
    }),
    answer: (path) => file(path, "max-age=600"),
  },
  {
    name: "Fonts and modules of a site, with `Origin`",
    cache: {},
    requests: fromVisitors(20, (browser) =>
      ["/app.mjs", "/vendor.mjs", "/a.woff2", "/b.woff2"].map((path) =>
        asset(browser, path, { origin: site, "sec-fetch-mode": "cors" }),
      ),
    ),
    answer: (path) => {
      const { fields, body } = file(path, "max-age=31536000, immutable");
      return {
        fields: [...fields, ["Access-Control-Allow-Origin", "*"]],
        body,
      };
    },
  },
  {
    name: "Next.js: pages, prefetches and navigation by RSC",
    cache: {},
    requests: fromVisitors(20, (browser, visitor) => {
      const from = ["/", "/shop"][visitor % 2] ?? "/";
      const tree = `["",{"children":["${from}",{}]}]`;
      const rsc = {
        rsc: "1",
        "next-router-state-tree": encodeURIComponent(tree),
        "next-url": from,
      };
      return [
        { path: from, fields: browser },
        ...["/a", "/b", "/c"].map((path) =>
          asset(browser, `${path}?_rsc=1x2y`, {
            ...rsc,
            "next-router-prefetch": "1",
          }),
        ),
        asset(browser, "/a?_rsc=3z", rsc),
      ];
    }),
    answer: (path, field) => ({
      fields: [
        [
          "Content-Type",
          field("rsc") === "1" ? "text/x-component" : "text/html",
        ],
        ["Cache-Control", "s-maxage=3600, stale-while-revalidate=60"],
        ["Vary", "RSC, Next-Router-State-Tree, Next-Router-Prefetch"],
      ],
      body: `${path} rsc=${field("rsc")} from ${field("next-router-state-tree")}`,
    }),
  },
  {
    name: "Single-page application: jQuery, Sentry, axios, Apollo",
    cache: {},
    requests: fromVisitors(20, (browser, visitor) => {
      const trace = {
        "sentry-trace": `${visitor}`.padStart(32, "a"),
        baggage: `sentry-trace_id=${visitor}`,
        traceparent: `00-${`${visitor}`.padStart(32, "1")}-${"2".repeat(16)}-01`,
        "x-datadog-trace-id": `${visitor}`,
      };
      return [
        asset(browser, "/api/menu", {
          ...trace,
          accept: "application/json, text/javascript, */*; q=0.01",
          "x-requested-with": "XMLHttpRequest",
        }),
        asset(browser, "/api/products?page=1", {
          ...trace,
          accept: "application/json, text/plain, */*",
        }),
        asset(browser, "/graphql?query=%7Bshop%7D", {
          ...trace,
          "apollo-require-preflight": "true",
          "x-apollo-operation-name": "Shop",
        }),
      ];
    }),
    answer: (path) => ({
      fields: [
        ["Content-Type", "application/json"],
        ["Cache-Control", "max-age=60"],
      ],
      body: `{"path":"${path}"}`,
    }),
  },
  {
    name: "Firefox over HTTP/3 (`Alt-Used`), and others",
    cache: {},
    requests: fromVisitors(20, (browser) => [
      { path: "/", fields: browser },
      asset(browser, "/site.css"),
    ]),
    answer: (path) => file(path, "max-age=600"),
  },
  {
    name: 'DokuWiki: static files with a session cookie, `cookies: "static"`',
    cache: { cookies: "static" },
    requests: fromVisitors(20, (browser, visitor) => {
      const cookie = `DokuWiki=s${visitor}; DW${visitor}=x`;
      return range(11).map((n) =>
        asset(browser, `/lib/tpl/${n}.${["css", "png", "svg", "js"][n % 4]}`, {
          cookie,
        }),
      );
    }),
    answer: (path) => file(path, "max-age=3600"),
  },
  {
    name: 'Django admin: static files with a session cookie, `cookies: "static"`',
    cache: { cookies: "static" },
    requests: fromVisitors(20, (browser, visitor) =>
      range(9).map((n) =>
        asset(browser, `/static/admin/${n}.${["css", "js", "svg"][n % 3]}`, {
          cookie: `sessionid=s${visitor}; csrftoken=c${visitor}`,
        }),
      ),
    ),
    answer: (path) => file(path, "max-age=60, public"),
  },
  {
    name: "The same without the setting, `public` files",
    cache: {},
    requests: fromVisitors(20, (browser, visitor) =>
      range(9).map((n) =>
        asset(browser, `/static/admin/${n}.${["css", "js", "svg"][n % 3]}`, {
          cookie: `sessionid=s${visitor}; csrftoken=c${visitor}`,
        }),
      ),
    ),
    answer: (path) => file(path, "max-age=60, public"),
  },
  {
    name: "An account: private pages with a session cookie",
    cache: {},
    requests: fromVisitors(20, (browser, visitor) =>
      ["/me", "/orders"].map((path) => ({
        path,
        fields: { ...browser, cookie: `sid=${visitor}` },
      })),
    ),
    answer: (path, field) => ({
      fields: [
        ["Content-Type", "text/html"],
        ["Cache-Control", "private, no-store"],
      ],
      body: `${path} of ${field("cookie")}`,
    }),
  },
  {
    name: "A forgetful shop: pages of a session without `private`, fresh for a minute",
    cache: {},
    requests: fromVisitors(20, (browser, visitor) =>
      ["/cart", "/me"].map((path) => ({
        path,
        fields: { ...browser, cookie: `sid=${visitor}` },
      })),
    ),
    answer: (path, field) => ({
      fields: [
        ["Content-Type", "text/html"],
        ["Cache-Control", "max-age=60"],
      ],
      body: `${path} of ${field("cookie")}`,
    }),
  },
];
