import { expect, test } from "vitest";
import { fieldsForShared, sharing } from "../../src/cache/request-fields.ts";
import type { FieldLine } from "../../src/http/fields.ts";
import { fieldsForOrigin } from "../../src/http/forwarding.ts";

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

test.each([
  [
    "RFC 9110 §12.5 negotiation is keyed by the Vary of its answer",
    "Accept-Language",
    "de",
  ],
  [
    "RFC 9111 §3.5 Authorization is judged by the storing rules",
    "Authorization",
    "Basic eA==",
  ],
  ["RFC 9111 §7.3 Cookie is judged by the storing rules", "Cookie", "a=1"],
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
])("%s: sent, and the answer may be shared", (_, name, value) => {
  const request = send([name, value]);
  expect(request.fields).toEqual([[name, value]]);
  expect(sharing(request, new Map())).toEqual({ kind: "shareable" });
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
  expect(sharing(request, new Map())).toEqual({ kind: "shareable" });
  expect(sharing(request, varying(`Accept, ${name.toUpperCase()}`))).toEqual({
    kind: "ask-again",
    names: [name.toLowerCase()],
  });
  const again = send([name, "x"], { nominated: [name.toLowerCase()] });
  expect(again.fields).toEqual([[name, "x"]]);
  expect(sharing(again, varying(name))).toEqual({ kind: "shareable" });
  expect(sharing(again, new Map())).toEqual({
    kind: "unshareable",
    names: [name.toLowerCase()],
  });
});

test.each([
  "X-Api-Key",
  "Origin",
  "X-Requested-With",
  "Foo",
  "Accept_Language",
  "If-Match",
])(
  "RFC 9110 §5.1 %s is sent, and the answer shared only when its Vary names it",
  (name) => {
    const request = send([name, "1"]);
    expect(request.fields).toEqual([[name, "1"]]);
    expect(sharing(request, varying(name))).toEqual({ kind: "shareable" });
    expect(sharing(request, varying("Accept-Encoding"))).toEqual({
      kind: "unshareable",
      names: [name.toLowerCase()],
    });
    expect(sharing(request, varying("*"))).toEqual({
      kind: "unshareable",
      names: [name.toLowerCase()],
    });
  },
);

test.each(["Req-Num", "req-num", "User-Agent"])(
  "what the site vouches for (%s) is sent and changes nothing",
  (name) => {
    const request = send([name, "1"], { vouched: ["REQ-NUM", "user-agent"] });
    expect(request.fields).toEqual([[name, "1"]]);
    expect(sharing(request, new Map())).toEqual({ kind: "shareable" });
  },
);

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
])("a visitor's %s reaches the origin of no answer that others get", (name) => {
  const poison = "poison.example";
  const visitor: FieldLine[] = [
    [name, poison],
    ["Host", "shop.example"],
  ];
  const request = fieldsForShared(
    fieldsForOrigin(visitor, hop, { upgrade: "none", traceIds }),
    unknown,
  );
  const arrives = request.fields.filter(
    ([sent, value]) => sent !== "Via" && value.includes(poison),
  );
  const shared =
    sharing(request, varying("Accept-Encoding")).kind === "shareable";
  expect(arrives.length > 0 && shared).toBe(false);
});
