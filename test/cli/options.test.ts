import { Command } from "commander";
import { describe, expect, test } from "vitest";
import {
  defineServe,
  startCommand,
  type StartOptions,
} from "../../src/cli/options.ts";
import { loopbackAddresses } from "../../src/cli/ports.ts";

/** What a command makes of its arguments: how the edge is to run, or what is wrong. */
async function parse(
  define: (run: (options: StartOptions) => Promise<void>) => Command,
  args: readonly string[],
): Promise<StartOptions | string> {
  let result: StartOptions | string = "nothing";
  const command = define(async (options) => {
    result = options;
  });
  for (const each of [command, ...command.commands])
    each
      .exitOverride((error) => {
        result = error.message.replace(/^error: /, "");
        throw error;
      })
      .configureOutput({ writeErr: () => undefined });
  // A mistake ends the command, and is what it comes to.
  await command.parseAsync(args, { from: "user" }).then(null, () => undefined);
  return result;
}

function start(args: readonly string[], env: Record<string, string> = {}) {
  return parse((run) => startCommand(env, run), args);
}

function serve(args: readonly string[], before: readonly string[] = []) {
  return parse(
    (run) => {
      const program = new Command("portcullis").option("--persist-to <folder>");
      defineServe(program, run);
      return program;
    },
    [...before, "serve", ...args],
  );
}

const at = (port: number) =>
  loopbackAddresses().map((host) => ({ host, port }));

describe("npm start", () => {
  const usual: StartOptions = {
    listeners: at(8787),
    proxied: [],
    operations: null,
    runtime: "bundle",
    customers: "demo",
    demo: "kept",
    statePath: null,
    cacheBytes: 2 ** 30,
    originCaPath: null,
    variables: { PRIVATE_ORIGINS: "allowed", LOG_REQUESTS: "problems" },
  };

  test.each<[string, string[], Record<string, string>, Partial<StartOptions>]>([
    ["without arguments runs the demo on the production bundle", [], {}, {}],
    ["takes its port from PORT", [], { PORT: "9000" }, { listeners: at(9000) }],
    ["takes an empty PORT for none", [], { PORT: "" }, {}],
    ["takes the lowest port", [], { PORT: "1" }, { listeners: at(1) }],
    ["takes the highest port", [], { PORT: "65535" }, { listeners: at(65535) }],
    ["--fresh resets the demo", ["--fresh"], {}, { demo: "fresh" }],
    ["--no-demo leaves it out", ["--no-demo"], {}, { customers: "none" }],
    ["--dev runs wrangler dev", ["--dev"], {}, { runtime: "dev" }],
    ["--direct runs the bundle too", ["--direct"], {}, {}],
    ["--state names the store", ["--state", "/s"], {}, { statePath: "/s" }],
    ["--state=… does too", ["--state=/s"], {}, { statePath: "/s" }],
    [
      "--origin-ca names authorities of origins",
      ["--origin-ca", "ca.pem"],
      {},
      { originCaPath: "ca.pem" },
    ],
    [
      "takes several options in any order",
      ["--dev", "--state", "s", "--fresh"],
      {},
      { runtime: "dev", demo: "fresh", statePath: "s" },
    ],
    ["may be told that options end", ["--dev", "--"], {}, { runtime: "dev" }],
  ])("%s", async (_, args, env, expected) => {
    expect(await start(args, env)).toEqual({ ...usual, ...expected });
  });

  test.each([
    ["16MiB", 2 ** 24],
    ["512MiB", 512 * 2 ** 20],
    ["10g", 10 * 2 ** 30],
    ["16777216", 2 ** 24],
    ["2TB", 2 ** 41],
  ])(
    "--cache-size %s limits the cache to %i bytes",
    async (size, cacheBytes) => {
      expect(await start(["--cache-size", size])).toMatchObject({ cacheBytes });
    },
  );

  test.each(["0", "15MiB", "much", "-1GiB", "1.5GiB", "9999999999", ""])(
    "refuses a size of %j",
    async (size) => {
      expect(await start([`--cache-size=${size}`])).toBe(
        `--cache-size is "${size}", expected a size of at least 16MiB, such as 512MiB or 10GiB`,
      );
    },
  );

  test.each<[string, string[], Record<string, string>, string]>([
    [
      "an option it does not know",
      ["--frsh"],
      {},
      "unknown option '--frsh'\n(Did you mean --fresh?)",
    ],
    ["a short option it does not know", ["-x"], {}, "unknown option '-x'"],
    [
      "a word",
      ["fresh"],
      {},
      "too many arguments. Expected 0 arguments but got 1.",
    ],
    [
      "--state without a folder",
      ["--state"],
      {},
      "option '--state <folder>' argument missing",
    ],
    [
      "--state before an option",
      ["--state", "--fresh"],
      {},
      "--state needs a folder",
    ],
    [
      "--state with an empty folder",
      ["--state="],
      {},
      "--state needs a folder",
    ],
    [
      "--origin-ca before an option",
      ["--origin-ca", "--fresh"],
      {},
      "--origin-ca needs a file",
    ],
    [
      "--fresh with --no-demo",
      ["--fresh", "--no-demo"],
      {},
      "option '--no-demo' cannot be used with option '--fresh'",
    ],
    [
      "--dev with --direct",
      ["--dev", "--direct"],
      {},
      "option '--dev' cannot be used with option '--direct'",
    ],
    ...["0", "65536", "100000", "-1", "80.5", "1e3", "http", " 80", "0x50"].map(
      (port): [string, string[], Record<string, string>, string] => [
        `PORT=${port}`,
        [],
        { PORT: port },
        `PORT is "${port}", expected a whole number from 1 to 65535`,
      ],
    ),
  ])("refuses %s", async (_, args, env, problem) => {
    expect(await start(args, env)).toBe(problem);
  });
});

describe("portcullis serve", () => {
  const usual: StartOptions = {
    listeners: [{ host: "127.0.0.1", port: 8787 }],
    proxied: [],
    operations: { host: "127.0.0.1", port: 8788 },
    runtime: "bundle",
    customers: "none",
    demo: "kept",
    statePath: null,
    cacheBytes: 2 ** 30,
    originCaPath: null,
    variables: {
      PRIVATE_ORIGINS: "refused",
      LOG_REQUESTS: "all",
      CLIENT_ADDRESS: "x-forwarded-for",
      TRUSTED_PROXIES: "",
      COUNTRY_FIELD: "",
    },
  };

  test("listens on loopback, believes nobody, and logs every request", async () => {
    expect(await serve([])).toEqual(usual);
  });

  test("listens for visitors and for proxies, on as many addresses as are given", async () => {
    expect(
      await serve([
        "--listen",
        "0.0.0.0:80",
        "--listen",
        "[::]:80",
        "--listen-proxied",
        "127.0.0.1:8080",
        "--operations",
        "127.0.0.1:9100",
      ]),
    ).toEqual({
      ...usual,
      listeners: [
        { host: "0.0.0.0", port: 80 },
        { host: "::", port: 80 },
      ],
      proxied: [{ host: "127.0.0.1", port: 8080 }],
      operations: { host: "127.0.0.1", port: 9100 },
    });
  });

  test("behind proxies alone it listens for nobody else", async () => {
    expect(await serve(["--listen-proxied", "127.0.0.1:8080"])).toMatchObject({
      listeners: [],
      proxied: [{ host: "127.0.0.1", port: 8080 }],
    });
  });

  test("says to the Worker what proxies write", async () => {
    expect(
      await serve([
        "--listen-proxied",
        "127.0.0.1:8080",
        "--forwarding-field",
        "forwarded",
        "--country-field",
        "X-Country",
        "--trusted-proxy",
        "10.0.0.0/8",
        "--trusted-proxy",
        "192.0.2.7",
        "--private-origins",
        "allowed",
        "--log",
        "problems",
      ]),
    ).toMatchObject({
      variables: {
        PRIVATE_ORIGINS: "allowed",
        LOG_REQUESTS: "problems",
        CLIENT_ADDRESS: "forwarded",
        TRUSTED_PROXIES: "10.0.0.0/8 192.0.2.7",
        COUNTRY_FIELD: "X-Country",
      },
    });
  });

  test("keeps its store where it, or the whole command, is told to", async () => {
    expect(await serve(["--state=/s"])).toMatchObject({ statePath: "/s" });
    expect(await serve([], ["--persist-to=/p"])).toMatchObject({
      statePath: "/p",
    });
  });

  test.each([
    ["--listen", "80"],
    ["--listen", "localhost:80"],
    ["--listen", "::1:80"],
    ["--listen", "[127.0.0.1]:80"],
    ["--listen", "127.0.0.1:0"],
    ["--listen", "127.0.0.1:65536"],
    ["--listen-proxied", "10.0.0.1"],
    ["--operations", "none"],
  ])("refuses %s %s", async (option, text) => {
    expect(await serve([option, text])).toBe(
      `${option} is ${JSON.stringify(text)}, expected an address and a port, such as 0.0.0.0:80 or [::1]:8787`,
    );
  });

  test.each([
    [
      ["--listen-proxied", "127.0.0.1:80", "--trusted-proxy", "lb"],
      '--trusted-proxy: "lb" is no address and no range, expected such as 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32',
    ],
    [
      ["--trusted-proxy", "127.0.0.1"],
      "--trusted-proxy and --country-field are about proxies: say where those reach it by --listen-proxied",
    ],
    [
      ["--country-field", "X-Country"],
      "--trusted-proxy and --country-field are about proxies: say where those reach it by --listen-proxied",
    ],
    [
      ["--country-field", "X Country", "--listen-proxied", "127.0.0.1:80"],
      '--country-field is "X Country", expected a field name such as X-Country',
    ],
    [
      ["--forwarding-field", "via"],
      "option '--forwarding-field <name>' argument 'via' is invalid. Allowed choices are x-forwarded-for, forwarded.",
    ],
  ])("refuses %j", async (args, problem) => {
    expect(await serve(args)).toBe(problem);
  });
});
