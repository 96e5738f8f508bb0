import { describe, expect, test } from "vitest";
import {
  fieldsForShared,
  isOrdinary,
  sharing,
  identifiesVisitor,
  unlistedFields,
} from "../../src/cache/request-fields.ts";
import {
  fieldsOf,
  NamedFields,
  type FieldLine,
} from "../../src/http/fields.ts";
import { fieldsForOrigin } from "../../src/http/forwarding.ts";
import { settings, settingsWith } from "./sample.ts";

const unknown = { nominated: new Set<string>(), vouched: [] };

function send(
  line: FieldLine,
  known: { nominated?: string[]; vouched?: string[] } = {},
) {
  return fieldsForShared([line], {
    nominated: new Set(known.nominated),
    vouched: known.vouched ?? [],
  });
}

function varying(value: string) {
  return new Map([["vary", value]]);
}

/** By which of these fields an answer to the shared form is told apart. */
function unlisted(...lines: FieldLine[]) {
  const named = lines.map(([name, value]): FieldLine => [
    name.toLowerCase(),
    value,
  ]);
  return unlistedFields(new NamedFields(named), "shared", settings);
}

test.each([
  [
    "RFC 9110 §12.5 negotiation is keyed by the Vary of its answer",
    "Accept-Language",
    "de",
  ],
  [
    "RFC 9111 §5.2.1 directives are for every cache on the way",
    "Cache-Control",
    "no-cache",
  ],
  [
    "RFC 9110 §7.6.3 Via is this edge's own word by now",
    "Via",
    "1.1 portcullis",
  ],
])("%s: sent, and no answer is told apart by it", (_, name, value) => {
  const request = send([name, value]);
  expect(request.fields).toEqual([[name, value]]);
  expect(sharing(request, new Map())).toEqual({ kind: "shareable" });
  expect(unlisted([name, value])).toEqual([]);
});

test.each([
  ["RFC 9110 §13.1.2", "If-None-Match"],
  ["RFC 9110 §13.1.3", "If-Modified-Since"],
  ["RFC 9110 §13.1.5", "If-Range"],
  ["RFC 9110 §14.2", "Range"],
])(
  "%s %s is answered by this edge and never sent as the visitor wrote it",
  (_, name) => {
    expect(
      send([name, "x"], { vouched: [name], nominated: [name.toLowerCase()] })
        .fields,
    ).toEqual([]);
  },
);

test.each([
  "Authorization",
  "Cookie",
  "Alt-Used",
  "X-CSRF-Token",
  "sentry-trace",
  "baggage",
  "tracestate",
  "b3",
  "X-B3-TraceId",
  "x-datadog-trace-id",
  "newrelic",
  "uber-trace-id",
  "X-Amzn-Trace-Id",
  "X-Cloud-Trace-Context",
  "X-Request-ID",
  "X_Correlation_Id",
  "Idempotency-Key",
  "User-Agent",
  "user_agent",
  "Referer",
  "DNT",
  "Sec-Fetch-Site",
  "Sec-CH-UA-Not-Invented-Yet",
  "X-HTTP-Method-Override",
])("%s is held back until the resource is known to vary by it", (name) => {
  const request = send([name, "x"]);
  expect(request.fields).toEqual([]);
  expect(unlisted([name, "x"])).toEqual([]);
  expect(sharing(request, new Map())).toEqual({ kind: "shareable" });
  expect(sharing(request, varying(`Accept, ${name.toUpperCase()}`))).toEqual({
    kind: "ask-again",
    names: [name.toLowerCase()],
  });
  const again = send([name, "x"], { nominated: [name.toLowerCase()] });
  expect(again.fields).toEqual([[name, "x"]]);
  expect(sharing(again, varying(name))).toEqual({ kind: "shareable" });
  expect(sharing(again, new Map())).toEqual({
    kind: "not-shared",
    names: [name.toLowerCase()],
  });
});

test.each([
  "X-Api-Key",
  "Origin",
  "X-Requested-With",
  "RSC",
  "Next-Url",
  "Next-Router-State-Tree",
  "HX-Request",
  "apollo-require-preflight",
  "Foo",
  "Accept_Language",
  "If-Match",
  "Max-Forwards",
  "Surrogate-Capability",
])(
  "RFC 9111 §4.1 %s is sent, and answers are told apart by it, byte for byte",
  (name) => {
    expect(send([name, "1,  2"]).fields).toEqual([[name, "1,  2"]]);
    expect(unlisted([name, "1,  2"])).toEqual([[name.toLowerCase(), "1,  2"]]);
    expect(isOrdinary(unlisted([name, "1"]) ?? [])).toBe(false);
  },
);

test.each(["Req-Num", "req-num", "User-Agent"])(
  "what the site vouches for (%s) is sent and changes nothing",
  (name) => {
    const vouched = ["REQ-NUM", "user-agent"];
    const request = send([name, "1"], { vouched });
    expect(request.fields).toEqual([[name, "1"]]);
    expect(sharing(request, new Map())).toEqual({ kind: "shareable" });
    const fields = new NamedFields([[name.toLowerCase(), "1"]]);
    const chosen = settingsWith({ vouchedFields: vouched });
    expect(unlistedFields(fields, "shared", chosen)).toEqual([]);
  },
);

test("nobody vouches for anything unasked", () => {
  expect(settings.vouchedFields).toEqual([]);
});

describe("where Vary does not name it, Accept counts as", () => {
  const chrome =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
  test.each([
    ["a page", chrome, "text/html"],
    [
      "a page",
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
      "text/html",
    ],
    ["a page", "text/html", "text/html"],
    ["anything", "*/*", null],
    ["anything", "", null],
    ["anything", "text/css,*/*;q=0.1", null],
    ["anything", "image/avif,image/webp,image/apng,image/*,*/*;q=0.8", null],
    ["itself", "application/json", "application/json"],
    [
      "itself",
      "application/json, text/plain, */*",
      "application/json, text/plain, */*",
    ],
    ["itself", "text/html;q=0.1, */*", "text/html;q=0.1, */*"],
    ["itself", "text/html, application/json", "text/html, application/json"],
    ["itself", "image/png", "image/png"],
    ["itself", 'text/html;a="<b>", */*', 'text/html;a="<b>", */*'],
    ["itself", "*/*, <script>", "*/*, <script>"],
  ])("%s: %s", (_, accept, expected) => {
    expect(unlisted(["Accept", accept])).toEqual(
      expected === null ? [] : [["accept", expected]],
    );
  });

  test("an ordinary wish only if it is a page or anything", () => {
    expect(isOrdinary(unlisted(["Accept", chrome]) ?? [])).toBe(true);
    expect(isOrdinary(unlisted(["Accept", "a/b"]) ?? [])).toBe(false);
  });
});

test.each([
  ["Accept-Language", "de-CH, fr;q=0.5, *;q=0", true],
  ["Accept-Language", "<script>", false],
  ["Accept-Language", "de;x=poison", false],
  ["Accept-Encoding", "gzip, deflate, br, zstd", true],
  ["Accept-Encoding", "br;q=1.0, gzip;q=0.8, *;q=0.1", true],
  ["Accept-Encoding", "gzip, poison.example", false],
])("%s: %s has its proper form: %s", (name, value, isProper) => {
  expect(unlisted([name, value])).toEqual(
    isProper ? [] : [[name.toLowerCase(), value]],
  );
});

test.each([
  "Host",
  "Connection",
  "X-Forwarded-For",
  "X-Real-IP",
  "CF-Ray",
  "Via",
  "TE",
  "Range",
  "If-None-Match",
  "Content-Length",
])(
  "%s never reaches an origin as received, so nothing is told apart by it",
  (name) => {
    expect(unlisted([name, "x"])).toEqual([]);
  },
);

test("too much to tell answers apart by is not kept", () => {
  expect(unlisted(["Foo", "x".repeat(4_093)])).toHaveLength(1);
  expect(unlisted(["Foo", "x".repeat(4_094)])).toBeNull();
});

describe("as received", () => {
  const received = (...lines: FieldLine[]) =>
    unlistedFields(new NamedFields(lines), "as-received", settings);
  test.each(["user-agent", "referer", "sec-fetch-site", "foo", "dnt"])(
    "answers are told apart by %s",
    (name) => {
      expect(received([name, "x"])).toEqual([
        ["*", null],
        [name, "x"],
      ]);
    },
  );
  test.each(["sentry-trace", "x-b3-traceid", "x-request-id"])(
    "%s is never the same twice, so nothing is kept",
    (name) => {
      expect(received([name, "x"])).toBeNull();
    },
  );
  test("a cookie that no key has is sent too, so nothing is kept", () => {
    expect(received(["cookie", "a=1; _ga=2"])).toBeNull();
    expect(received(["cookie", "a=1"])).toEqual([["*", null]]);
  });
});

test.each([
  ["a browser's name", ["user-agent"], { "user-agent": "Mozilla/5.0" }, true],
  ["a made-up name", ["user-agent"], { "user-agent": "Phone" }, true],
  ["a library's name", ["user-agent"], { "user-agent": "node-fetch" }, false],
  [
    "a library's name with its address",
    ["user-agent"],
    { "user-agent": "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)" },
    false,
  ],
  [
    "a library's name within another",
    ["user-agent"],
    { "user-agent": "node-fetch/1.0 Shop/2.0" },
    true,
  ],
  [
    "a library's name with a version",
    ["user-agent"],
    { "user-agent": "python-requests/2.32" },
    false,
  ],
  [
    "a library's and where it comes from",
    ["user-agent", "referer"],
    { "user-agent": "node", referer: "https://a.example" },
    true,
  ],
  ["what tells nothing", ["dnt", "priority", "x-request-id"], {}, false],
  ["a cookie", ["cookie"], { cookie: "a=1" }, true],
  ["nothing", [], {}, false],
])("of a visitor %s tells: %j", (_, heldBack, fields, expected) => {
  const request = fieldsOf(Object.entries(fields));
  expect(identifiesVisitor(new Set(heldBack), request)).toBe(expected);
});

test("several lines of a field stay several, in their order", () => {
  const lines: FieldLine[] = [
    ["Accept", "a/b"],
    ["Foo", "1"],
    ["accept", "c/d"],
  ];
  expect(fieldsForShared(lines, unknown).fields).toEqual(lines);
});

const hop = {
  edge: "portcullis",
  httpVersion: "1.1",
  scheme: "https",
  host: "shop.example",
  clientAddress: "192.0.2.1",
} as const;
const traceIds = { trace: "1".repeat(32), parent: "2".repeat(16) };

test.each([
  "X-Forwarded-Host",
  "X-Forwarded-Scheme",
  "X-Forwarded-Proto",
  "X-Forwarded-Port",
  "X-Forwarded-Prefix",
  "X-Forwarded-Server",
  "X-Forwarded-For",
  "X-Forwarded-SSL",
  "X_Forwarded_Host",
  "Forwarded",
  "X-Host",
  "X-HTTP-Host-Override",
  "X-Original-URL",
  "X-Original-Host",
  "X-Rewrite-URL",
  "X-HTTP-Method-Override",
  "X-HTTP-Method",
  "X-Method-Override",
  "X-Real-IP",
  "Client-IP",
  "True-Client-IP",
  "CF-Connecting-IP",
  "Via",
  "Proxy",
  "Front-End-Https",
  "X-Backend-Host",
  "X-Oss-Process",
  "X-Wap-Profile",
  "X-Timer",
  "X-Amz-Website-Redirect-Location",
  "X-Accel-Redirect",
  "X-Sendfile",
  "X-Forwarded",
  "X-ProxyUser-Ip",
  "Surrogate-Capability",
  "Next-Router-Prefetch",
  "X-Middleware-Prefetch",
  "RSC",
  "X-Invoke-Status",
  "X-Nextjs-Data",
  "Destination",
  "Accept",
  "Accept-Encoding",
  "Accept-Language",
  "Cookie",
  "Authorization",
  "Baggage",
  "Tracestate",
  "TraceParent",
  "Transfer-Encoding",
  "TE",
  "Expect",
  "Max-Forwards",
  "Origin",
  "Referer",
  "User-Agent",
  "Accept-Charset",
  "Content-Type",
  "X-Request-ID",
  "X-Nonsense",
])(
  "a visitor's %s reaches the origin of no answer that others get unless they sent the same",
  (name) => {
    const poison = "poison.example";
    const visitor: FieldLine[] = [
      [name, poison],
      ["Host", "shop.example"],
    ];
    const sent = fieldsForOrigin(visitor, hop, { upgrade: "none", traceIds });
    const arrives = fieldsForShared(sent, unknown).fields.filter(
      ([arrived, value]) => arrived !== "Via" && value.includes(poison),
    );
    const keyed = unlisted(...visitor) ?? [];
    expect(
      arrives.filter(([arrived]) =>
        keyed.every(([key]) => key !== arrived.toLowerCase()),
      ),
    ).toEqual([]);
  },
);
