import { expect, test } from "vitest";
import { fieldsOf, type FieldLine } from "../../src/http/fields.ts";
import {
  fieldsForOrigin,
  fieldsForVisitor,
  isLoop,
  maxForwards,
  type ResponseContext,
  type Hop,
} from "../../src/http/forwarding.ts";
import { cpuMsOf } from "../cpu-time.ts";

const hop: Hop = {
  edge: "portcullis",
  httpVersion: "1.1",
  scheme: "https",
  host: "shop.example",
  clientAddress: "192.0.2.1",
};
const traceIds = {
  trace: "0af7651916cd43dd8448eb211c80319c",
  parent: "b7ad6b7169203331",
};
const begun = `00-${traceIds.trace}-${traceIds.parent}-00`;

const toOrigin = (
  visitor: FieldLine[],
  changed: Partial<Hop> = {},
  upgrade: "none" | "websocket" = "none",
) =>
  fieldsOf(
    fieldsForOrigin(visitor, { ...hop, ...changed }, { upgrade, traceIds }),
  );

const nowMs = Date.UTC(1994, 10, 6, 8, 49, 37);
const toVisitor = (
  origin: FieldLine[],
  changed: Partial<Hop> = {},
  exchange: Partial<ResponseContext> = {},
) =>
  fieldsForVisitor(
    origin,
    { ...hop, ...changed },
    {
      status: 200,
      requested: [],
      origins: ["http://origin.example:8080", "https://spare.example"],
      nowMs,
      ...exchange,
    },
  );

test("RFC 9110 §7.6 a request without fields reaches the origin with ours alone", () => {
  expect(fieldsForOrigin([], hop, { upgrade: "none", traceIds })).toEqual([
    ["traceparent", begun],
    ["Via", "1.1 portcullis"],
    ["CDN-Loop", "portcullis"],
    ["Forwarded", "for=192.0.2.1;host=shop.example;proto=https"],
    ["X-Forwarded-For", "192.0.2.1"],
    ["X-Forwarded-Host", "shop.example"],
    ["X-Forwarded-Proto", "https"],
  ]);
});

test("RFC 9110 §7.6 end-to-end fields pass as they came, in their order", () => {
  const lines: FieldLine[] = [
    ["Accept", "*/*"],
    ["Cookie", "a=b"],
    ["X-Own", "1"],
    ["X-Own", "2"],
  ];
  expect(
    fieldsForOrigin(lines, hop, { upgrade: "none", traceIds }).slice(0, 4),
  ).toEqual(lines);
});

test.each([
  ["RFC 9110 §7.6.1", "Connection", "close"],
  ["RFC 9110 §7.6.1", "Keep-Alive", "timeout=5"],
  ["RFC 9110 §7.6.1", "Proxy-Connection", "keep-alive"],
  ["RFC 9110 §7.6.1", "Upgrade", "h2c"],
  ["RFC 9110 §10.1.4", "TE", "trailers"],
  ["RFC 9110 §10.1.1 the edge answers it", "Expect", "100-continue"],
  ["RFC 9110 §7.2 it is the URL's", "Host", "evil.example"],
  ["RFC 9110 §7.6.2 the edge counts it down", "Max-Forwards", "3"],
  ["RFC 9110 §11.7.2", "Proxy-Authorization", "Basic eA=="],
  ["a claim", "X-Real-IP", "10.0.0.1"],
  ["a claim", "True-Client-IP", "10.0.0.1"],
  ["a claim", "X-Client-IP", "10.0.0.1"],
  ["a claim", "X-Cluster-Client-IP", "10.0.0.1"],
  ["a claim", "Fastly-Client-IP", "10.0.0.1"],
  ["a claim", "CF-Connecting-IP", "10.0.0.1"],
  ["a claim", "MF-Original-URL", "http://x/"],
  ["a claim", "X-Forwarded-Port", "1"],
  ["a claim", "X-Forwarded", "for=x"],
  ["a claim", "X-Original-URL", "/admin"],
  ["a claim", "X-Rewrite-URL", "/admin"],
  ["a claim that CGI reads alike", "X_Real_IP", "10.0.0.1"],
  ["a frame that CGI reads alike", "Transfer_Encoding", "chunked"],
  ["CGI's HTTP_PROXY", "Proxy", "http://evil.example"],
])("%s: %s does not reach the origin", (_, name, value) => {
  expect(toOrigin([[name, value]]).get(name)).toBeUndefined();
});

test.each([
  ["Forwarded", "for=10.0.0.1"],
  ["X-Forwarded-For", "10.0.0.1"],
  ["X-Forwarded-Host", "evil.example"],
  ["X-Forwarded-Proto", "gopher"],
  ["x_forwarded_for", "10.0.0.1"],
])("a visitor's %s is not heard", (name, value) => {
  const fields = fieldsForOrigin([[name, value]], hop, {
    upgrade: "none",
    traceIds,
  });
  expect(fields).toEqual(
    fieldsForOrigin([], hop, { upgrade: "none", traceIds }),
  );
});

test("RFC 9110 §7.6.1 what Connection lists goes, but not what the edge adds", () => {
  const fields = toOrigin([
    [
      "Connection",
      "close, X-Forwarded-For, Forwarded, Traceparent ,Via,CDN-Loop",
    ],
    ["connection", "Cookie , X_Own"],
    ["Cookie", "a=b"],
    ["X_Own", "1"],
    ["Via", "1.0 fred"],
    ["CDN-Loop", "far"],
  ]);
  expect(fields.get("Cookie")).toBeUndefined();
  expect(fields.get("X_Own")).toBeUndefined();
  expect(fields.get("X-Forwarded-For")).toBe("192.0.2.1");
  expect(fields.get("Forwarded")).toContain("for=192.0.2.1");
  expect(fields.get("traceparent")).toBe(begun);
  expect(fields.get("Via")).toBe("1.0 fred, 1.1 portcullis");
  expect(fields.get("CDN-Loop")).toBe("far, portcullis");
});

test("RFC 9110 §7.6.3 Via is appended after all lines received", () => {
  const fields = toOrigin(
    [
      ["Via", "1.0 fred, 1.1 p.example (Apache, 1.1)"],
      ["via", "HTTP/2 q"],
    ],
    { httpVersion: "2" },
  );
  expect(fields.get("via")).toBe(
    "1.0 fred, 1.1 p.example (Apache, 1.1), HTTP/2 q, 2 portcullis",
  );
});

test("RFC 8586 §2 CDN-Loop is appended after all lines received", () => {
  const fields = toOrigin([
    ["CDN-Loop", 'foo123.foocdn.example, barcdn.example; trace="abcdef"'],
    ["CDN-Loop", 'AnotherCDN; abc=123; def="456"'],
  ]);
  expect(fields.get("cdn-loop")).toBe(
    'foo123.foocdn.example, barcdn.example; trace="abcdef", AnotherCDN; abc=123; def="456", portcullis',
  );
});

test.each([
  [
    "§6 IPv4",
    { clientAddress: "192.0.2.1" },
    "for=192.0.2.1;host=shop.example;proto=https",
    "192.0.2.1",
  ],
  [
    "§6.1 IPv6 in brackets and quotes",
    { clientAddress: "2001:db8::1" },
    'for="[2001:db8::1]";host=shop.example;proto=https',
    "2001:db8::1",
  ],
  [
    "§6.2 no address",
    { clientAddress: null },
    "for=unknown;host=shop.example;proto=https",
    undefined,
  ],
  [
    "§6.2 what is no address",
    { clientAddress: "x, 10.0.0.1" },
    "for=unknown;host=shop.example;proto=https",
    undefined,
  ],
  [
    "§6.2 an address in short",
    { clientAddress: "127.1" },
    "for=unknown;host=shop.example;proto=https",
    undefined,
  ],
  [
    "§6.1 an address with a zone",
    { clientAddress: "fe80::1%1" },
    "for=unknown;host=shop.example;proto=https",
    undefined,
  ],
  [
    "§4 a host with a port in quotes",
    { host: "shop.example:8443", scheme: "http" },
    'for=192.0.2.1;host="shop.example:8443";proto=http',
    "192.0.2.1",
  ],
  [
    "§4 quotes inside quotes are escaped",
    { host: 'a"b\\c' },
    String.raw`for=192.0.2.1;host="a\"b\\c";proto=https`,
    "192.0.2.1",
  ],
] satisfies [string, Partial<Hop>, string, string | undefined][])(
  "RFC 7239 %s",
  (_, changed, forwarded, forwardedFor) => {
    const fields = toOrigin([], changed);
    expect(fields.get("Forwarded")).toBe(forwarded);
    expect(fields.get("X-Forwarded-For")).toBe(forwardedFor);
  },
);

test.each([
  ["§3.2 a valid one", `00-${traceIds.trace}-00f067aa0ba902b7-01`],
  ["§3.2.4 a later version", `01-${traceIds.trace}-00f067aa0ba902b7-01`],
  [
    "§3.2.4 a later version with more in it",
    `cc-${traceIds.trace}-00f067aa0ba902b7-01-what-the-future`,
  ],
])("Trace Context passed on: %s", (_, traceparent) => {
  const fields = toOrigin([
    ["TraceParent", traceparent],
    ["tracestate", "a=b"],
  ]);
  expect(fields.get("traceparent")).toBe(traceparent);
  expect(fields.get("tracestate")).toBe("a=b");
});

test.each([
  ["§3.2.2.1 version ff", [`ff-${traceIds.trace}-00f067aa0ba902b7-01`]],
  ["§3.2.2.3 a trace of zeros", [`00-${"0".repeat(32)}-00f067aa0ba902b7-01`]],
  ["§3.2.2.4 a parent of zeros", [`00-${traceIds.trace}-${"0".repeat(16)}-01`]],
  [
    "§3.2.2.3 capitals",
    [`00-${traceIds.trace.toUpperCase()}-00f067aa0ba902b7-01`],
  ],
  [
    "§3.2.2.3 a short trace",
    [`00-${traceIds.trace.slice(1)}-00f067aa0ba902b7-01`],
  ],
  [
    "§3.2.2.2 version 00 with more in it",
    [`00-${traceIds.trace}-00f067aa0ba902b7-01-x`],
  ],
  [
    "§3.2.4 a later version with more but no dash",
    [`01-${traceIds.trace}-00f067aa0ba902b7-01x`],
  ],
  [
    "§3.2.4 a later version of zeros",
    [`01-${"0".repeat(32)}-00f067aa0ba902b7-01`],
  ],
  ["nothing in it", [""]],
  [
    "two of them",
    [
      `00-${traceIds.trace}-00f067aa0ba902b7-01`,
      `00-${traceIds.trace}-00f067aa0ba902b7-01`,
    ],
  ],
  [
    "two of a later version",
    [
      `01-${traceIds.trace}-00f067aa0ba902b7-01-`,
      `01-${traceIds.trace}-00f067aa0ba902b7-01`,
    ],
  ],
])("Trace Context begun anew, without tracestate: %s", (_, lines) => {
  const fields = toOrigin([
    ...lines.map((line): FieldLine => ["traceparent", line]),
    ["tracestate", "a=b"],
  ]);
  expect(fields.get("traceparent")).toBe(begun);
  expect(fields.get("tracestate")).toBeUndefined();
});

test("RFC 6455 §4.1 an upgrade to WebSocket keeps what it needs, and no other option", () => {
  const fields = toOrigin(
    [
      ["Connection", "keep-alive, Upgrade, X-Own"],
      ["Upgrade", "websocket, h2c"],
      ["X-Own", "1"],
      ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
      ["Sec-WebSocket-Version", "13"],
    ],
    {},
    "websocket",
  );
  expect(fields.get("Connection")).toBe("Upgrade");
  expect(fields.get("Upgrade")).toBe("websocket");
  expect(fields.get("Sec-WebSocket-Key")).toBe("dGhlIHNhbXBsZSBub25jZQ==");
  expect(fields.get("Sec-WebSocket-Version")).toBe("13");
  expect(fields.get("X-Own")).toBeUndefined();
});

test("RFC 9110 §7.6 a response without fields reaches the visitor with Date and Via", () => {
  expect(toVisitor([])).toEqual([
    ["Date", "Sun, 06 Nov 1994 08:49:37 GMT"],
    ["Via", "1.1 portcullis"],
  ]);
});

test("RFC 9110 §6.6.1 a Date received is kept", () => {
  const date = "Mon, 07 Nov 1994 00:00:00 GMT";
  expect(
    toVisitor([["date", date]]).filter(([name]) => /^date$/i.test(name)),
  ).toEqual([["date", date]]);
});

test.each([
  ["RFC 9110 §7.6.1", "Connection", "close"],
  ["RFC 9110 §7.6.1", "Keep-Alive", "timeout=5"],
  ["RFC 9110 §7.6.1", "Transfer-Encoding", "chunked"],
  ["RFC 9110 §7.8", "Upgrade", "h2"],
  ["RFC 9110 §6.6.2", "Trailer", "X-Sum"],
  ["RFC 9110 §11.7.1", "Proxy-Authenticate", "Basic"],
  ["RFC 9110 §11.7.3", "Proxy-Authentication-Info", "x"],
  ["RFC 7838 it leads around the gate", "Alt-Svc", 'h2="origin.example:443"'],
])("%s: %s does not reach the visitor", (_, name, value) => {
  expect(fieldsOf(toVisitor([[name, value]])).get(name)).toBeUndefined();
});

test("RFC 9209 §2 what intermediaries nearer the origin say of themselves reaches the visitor", () => {
  const status = "next-hop;error=proxy_loop_detected";
  expect(
    fieldsOf(toVisitor([["Proxy-Status", status]])).get("proxy-status"),
  ).toBe(status);
});

test("RFC 9110 §7.6.1 what the origin's Connection lists goes, but not what the edge adds", () => {
  const fields = fieldsOf(
    toVisitor([
      ["Connection", "X-Own, Date, Via, Cache-Control"],
      ["X-Own", "1"],
      ["Date", "Mon, 07 Nov 1994 00:00:00 GMT"],
      ["Via", "1.0 fred"],
      ["Cache-Control", "no-store"],
    ]),
  );
  expect(fields.get("X-Own")).toBeUndefined();
  expect(fields.get("Date")).toBe("Sun, 06 Nov 1994 08:49:37 GMT");
  expect(fields.get("Via")).toBe("1.0 fred, 1.1 portcullis");
  expect(fields.get("Cache-Control")).toBe("no-store");
});

test("RFC 6265 §3 each Set-Cookie keeps a line of its own", () => {
  const cookies: FieldLine[] = [
    ["Set-Cookie", "a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT"],
    ["Set-Cookie", "b=2"],
  ];
  expect(toVisitor(cookies).slice(0, 2)).toEqual(cookies);
});

test.each(["Location", "content-location"])(
  "RFC 9110 §10.2.2 %s on the origin leads to the visitor's host",
  (name) => {
    const fields = fieldsOf(
      toVisitor([[name, "http://origin.example:8080/a"]], {
        host: "shop.example:8443",
      }),
    );
    expect(fields.get(name)).toBe("https://shop.example:8443/a");
  },
);

test.each([
  ["a redirect from http to https", 301, "Location", "https"],
  ["a redirect of any kind", 308, "Location", "https"],
  ["what was created is no redirect", 201, "Location", "http"],
  ["nor is what is represented", 301, "Content-Location", "http"],
])("RFC 9110 §15.4 %s", (_, status, name, scheme) => {
  const fields = toVisitor(
    [[name, "https://spare.example/a"]],
    { scheme: "http" },
    { status, requested: ["http://shop.example/a"] },
  );
  expect(fieldsOf(fields).get(name)).toBe(`${scheme}://shop.example/a`);
});

test("RFC 9110 §7.6 lines that are not changed are the same objects in both directions", () => {
  const lines: FieldLine[] = [
    ["Content-Disposition", "attachment; filename=caf\u{fffd}.txt"],
    ["Set-Cookie", "a=b"],
    ["Location", "/caf\u{fffd}"],
  ];
  const there = fieldsForOrigin(lines, hop, { upgrade: "none", traceIds });
  for (const line of lines) {
    expect(there.includes(line)).toBe(true);
    expect(toVisitor(lines, {}, { status: 302 }).includes(line)).toBe(true);
  }
});

test("RFC 9112 §6.1 a request's Content-Length beside Transfer-Encoding does not reach the origin", () => {
  const length: FieldLine = ["Content-Length", "5"];
  expect(toOrigin([length]).get("Content-Length")).toBe("5");
  expect(
    toOrigin([length, ["Transfer-Encoding", "chunked"]]).get("Content-Length"),
  ).toBeUndefined();
});

test("RFC 4918 §10.3 Destination on the visited host is a path until an origin is picked", () => {
  const fields = toOrigin([["Destination", "https://shop.example/b"]]);
  expect(fields.get("Destination")).toBe("/b");
});

test.each([
  ["our id", ["portcullis"], true],
  ["another case", ["PortCullis"], true],
  ["with parameters", ['portcullis; trace="a, b";x=1'], true],
  ["odd spacing", ["far\t,  portcullis\t;\tx=1"], true],
  ["a later line", ["far", "portcullis"], true],
  ["after a parameter with a quoted comma", ['far; a="b,c", portcullis'], true],
  ["an empty member before", [", portcullis"], true],
  ["a quote not closed", ['far; a="b, portcullis'], true],
  ["no comma between", ["far portcullis"], true],
  ["a quoted id", ['"portcullis"'], true],
  ["a parameter without a value", ["portcullis;x"], true],
  ["a stray equals sign", ["=,portcullis"], true],
  ["no CDN-Loop", [], false],
  ["another id", ["far"], false],
  ["an id that begins like ours", ["portcullis.example"], false],
  ["an id that ends like ours", ["my-portcullis"], false],
  ["an id with a port", ["portcullis:443"], false],
  ["ours only as a parameter's value", ["far; next=portcullis"], false],
  ["ours only in a quoted parameter", ['far; note="a, portcullis"'], false],
  [
    "ours only in a quoted parameter after an escape",
    [String.raw`far; note="\", portcullis"`],
    false,
  ],
])("RFC 8586 §2 %s", (_, lines, loop) => {
  const fields = fieldsOf(lines.map((line): FieldLine => ["CDN-Loop", line]));
  expect(isLoop(fields, "portcullis")).toBe(loop);
});

test("RFC 8586 §2 a hostile CDN-Loop costs no more than its length", () => {
  const costMs = cpuMsOf(() => {
    for (const part of ['"\\', " ", "a;b ", 'a;b="c",', "\t,"])
      isLoop(fieldsOf([["CDN-Loop", part.repeat(100_000)]]), "portcullis");
  });
  expect(costMs).toBeLessThan(2000);
});

test.each([
  ["counts down", "OPTIONS", "10", { kind: "forward", value: "9" }],
  ["the last hop", "TRACE", "1", { kind: "forward", value: "0" }],
  ["ends here at 0", "TRACE", "0", { kind: "final" }],
  ["ends here at 0 written longer", "OPTIONS", "000", { kind: "final" }],
  ["absent", "OPTIONS", undefined, { kind: "forward", value: null }],
  ["not a number", "OPTIONS", "ten", { kind: "forward", value: null }],
  ["negative", "OPTIONS", "-1", { kind: "forward", value: null }],
  ["two lines", "OPTIONS", "5, 5", { kind: "forward", value: null }],
  [
    "more than can be counted",
    "TRACE",
    "9".repeat(30),
    { kind: "forward", value: "9007199254740990" },
  ],
  [
    "other methods are not counted",
    "GET",
    "0",
    { kind: "forward", value: "0" },
  ],
])("RFC 9110 §7.6.2 %s", (_, method, value, answer) => {
  expect(maxForwards(method, { get: () => value }, "/a")).toEqual(answer);
});

test.each([
  ["RFC 9110 §9.3.7 OPTIONS", "OPTIONS", "*", "final"],
  ["RFC 9110 §9.3.7 OPTIONS of a path", "OPTIONS", "/*", "forward"],
  ["RFC 9112 §3.2.4 no other method", "GET", "*", "forward"],
])("%s %s %s is %s", (_, method, target, kind) => {
  expect(maxForwards(method, new Map(), target)).toMatchObject({ kind });
});
