import { describe, expect, test } from "vitest";
import { parseStartCommand, usage } from "../../src/cli/options.ts";

const usual = {
  port: 8787,
  runtime: "bundle",
  customers: "demo",
  demo: "kept",
  statePath: null,
  cacheBytes: 2 ** 30,
  originCaPath: null,
};

describe("npm start", () => {
  test.each([
    ["without arguments runs the demo on the production bundle", [], {}, {}],
    ["takes its port from PORT", [], { PORT: "9000" }, { port: 9000 }],
    ["takes an empty PORT for none", [], { PORT: "" }, {}],
    ["takes the lowest port", [], { PORT: "1" }, { port: 1 }],
    ["takes the highest port", [], { PORT: "65535" }, { port: 65535 }],
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
  ])("%s", (_, args, env, expected) => {
    expect(parseStartCommand(args, env)).toEqual({
      ok: true,
      value: { kind: "start", options: { ...usual, ...expected } },
    });
  });

  test.each([
    ["16MiB", 2 ** 24],
    ["512MiB", 512 * 2 ** 20],
    ["10g", 10 * 2 ** 30],
    ["16777216", 2 ** 24],
    ["2TB", 2 ** 41],
  ])("--cache-size %s limits the cache to %i bytes", (size, cacheBytes) => {
    expect(parseStartCommand(["--cache-size", size], {})).toMatchObject({
      value: { options: { cacheBytes } },
    });
  });

  test.each(["0", "15MiB", "much", "-1GiB", "1.5GiB", "9999999999", ""])(
    "refuses a size of %j",
    (size) => {
      expect(parseStartCommand([`--cache-size=${size}`], {})).toEqual({
        ok: false,
        problem: `--cache-size is "${size}", expected a size of at least 16MiB, such as 512MiB or 10GiB`,
      });
    },
  );

  test.each([
    ["an option it does not know", ["--frsh"], {}, "unknown option --frsh"],
    ["a short option it does not know", ["-x"], {}, "unknown option -x"],
    ["a word", ["fresh"], {}, 'unexpected argument "fresh"'],
    ["a word after --", ["--", "fresh"], {}, 'unexpected argument "fresh"'],
    [
      "a value it has no use for",
      ["--fresh=yes"],
      {},
      "--fresh takes no value",
    ],
    ["--state without a folder", ["--state"], {}, "--state needs a folder"],
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
      "--origin-ca with an empty file",
      ["--origin-ca="],
      {},
      "--origin-ca needs a file",
    ],
    [
      "--fresh with --no-demo",
      ["--fresh", "--no-demo"],
      {},
      "--fresh resets the demo that --no-demo leaves out: choose one",
    ],
    ...["0", "65536", "100000", "-1", "80.5", "1e3", "http", " 80", "0x50"].map(
      (port) =>
        [
          `PORT=${port}`,
          [],
          { PORT: port },
          `PORT is "${port}", expected a whole number from 1 to 65535`,
        ] as [string, string[], { PORT: string }, string],
    ),
  ])("refuses %s", (_, args, env, problem) => {
    expect(parseStartCommand(args, env)).toEqual({ ok: false, problem });
  });

  test.each([["--help"], ["-h"]])(
    "%s asks for help, whatever else is wrong with PORT",
    (flag) => {
      expect(parseStartCommand([flag, "--fresh"], { PORT: "x" })).toEqual({
        ok: true,
        value: { kind: "help" },
      });
    },
  );

  test("the usage names every option", () => {
    for (const option of [
      "--fresh",
      "--no-demo",
      "--dev",
      "--direct",
      "--state",
      "--help",
      "PORT",
    ]) {
      expect(usage).toContain(option);
    }
  });
});
