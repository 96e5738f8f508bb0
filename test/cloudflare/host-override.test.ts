import { describe, expect, test } from "vitest";
import {
  addressOf,
  astrayIn,
  type Address,
  type HostVariables,
} from "../../src/cloudflare/host-override.ts";

const url = new URL("https://origin.edge.example/a%20b?c=/d");
const to = (host: string | null, variables: HostVariables, at = url) =>
  addressOf({ url: at, host }, variables);
const zones = { HOST_ZONES: "Edge.Example., other.example" };

test.each<[string | null, HostVariables]>([
  [null, {}],
  [null, { HOST_DISPATCHER: "http://127.0.0.1:9/key", ...zones }],
  ["origin.edge.example", {}],
  ["origin.edge.example", { HOST_DISPATCHER: "http://127.0.0.1:9/key" }],
])("the Host %j needs nobody's help (%j)", (host, variables) => {
  expect(to(host, variables)).toEqual({
    ok: true,
    value: { kind: "origin", url: url.href },
  });
});

test("where there is a dispatcher, it gets origin and Host in front of the target", () => {
  const dispatcher = { HOST_DISPATCHER: "http://127.0.0.1:9/key", ...zones };
  expect(to("[2001:db8::1]:81", dispatcher)).toEqual({
    ok: true,
    value: {
      kind: "dispatcher",
      url: "http://127.0.0.1:9/key/%5B2001%3Adb8%3A%3A1%5D%3A81/https%3A%2F%2Forigin.edge.example/a%20b?c=/d",
    },
  });
});

describe("on Cloudflare", () => {
  test.each([
    ["shop.edge.example", zones],
    ["edge.example", zones],
    ["shop.edge.example", { HOST_ZONES: "edge.example" }],
    ["shop.edge.example:443", zones],
  ])(
    "the Host %s goes by an override where both are names of a zone (%j)",
    (host, variables) => {
      expect(to(host, variables)).toEqual({
        ok: true,
        value: {
          kind: "override",
          url: `https://${host.replace(":443", "")}/a%20b?c=/d`,
          connectTo: "origin.edge.example",
        },
      });
    },
  );

  test.each<[string, HostVariables, RegExp]>([
    ["shop.edge.example", {}, /HOST_ZONES names no zone/],
    ["shop.edge.example", { HOST_ZONES: "" }, /HOST_ZONES names no zone/],
    ["shop.edge.example", { HOST_ZONES: " , /" }, /HOST_ZONES names no zone/],
    ["shop.example", zones, /HOST_ZONES names no zone/],
    ["notedge.example", zones, /HOST_ZONES names no zone/],
    ["shop.other.example", zones, /HOST_ZONES names no zone/],
    ["shop.edge.example:8443", zones, /the port that Host names/],
  ])("the Host %s with %j is refused", (host, variables, why) => {
    const address = to(host, variables);
    expect(!address.ok && address.problem).toMatch(why);
    expect(!address.ok && address.problem).toContain(host);
  });
});

const override: Address = {
  kind: "override",
  url: "https://shop.edge.example/",
  connectTo: "origin.edge.example",
};
const dispatched: Address = { kind: "dispatcher", url: "http://127.0.0.1:9/" };
const plain: Address = { kind: "origin", url: "https://origin.edge.example/" };
const says = (value: string) => new Headers({ "Proxy-Status": value });

test.each([
  [override, 502, "Portcullis;error=proxy_loop_detected", true],
  [override, 502, "first;x=1, portcullis;error=proxy_loop_detected", true],
  [override, 502, "other;error=proxy_loop_detected", false],
  [override, 502, "portcullis;error=connection_refused", false],
  [override, 200, "portcullis;error=proxy_loop_detected", false],
  [dispatched, 999, "", true],
  [dispatched, 502, "portcullis;error=proxy_loop_detected", false],
  [plain, 502, "portcullis;error=proxy_loop_detected", false],
  [plain, 999, "", false],
])(
  "of %j an answer %d with %j is not of the origin: %s",
  (address, status, proxyStatus, isAstray) => {
    const astray = astrayIn(
      { status, statusText: "dns_error", headers: says(proxyStatus) },
      address,
      "portcullis",
    );
    expect(astray !== null).toBe(isAstray);
  },
);

test("an override that was ignored is the operator's to mend, and the log says what led where", () => {
  const headers = says("portcullis;error=proxy_loop_detected");
  const answer = { status: 502, statusText: "", headers };
  expect(astrayIn(answer, override, "portcullis")).toEqual({
    error: "proxy_configuration_error",
    details:
      "https://shop.edge.example/ led back to this edge: Cloudflare ignored that origin.edge.example is to be connected to",
  });
});

test.each(["dns_error", "tls_certificate_error", "tls_protocol_error"])(
  "the dispatcher's word %s is why there is no connection",
  (statusText) => {
    const answer = { status: 999, statusText, headers: new Headers() };
    expect(astrayIn(answer, dispatched, "portcullis")?.error).toBe(statusText);
  },
);
