import { describe, expect, test } from "vitest";
import { apply } from "../../src/customer/apply.ts";
import { parseEdgeSettings } from "../../src/customer/settings.ts";
import { command, nowMs } from "./ordered.ts";

const settle = (edge: string | null, given: object) =>
  apply(
    new Map(edge === null ? [] : [["edge", edge]]),
    command({ kind: "maintenance", ...given }),
    nowMs,
  );

const soon = new Date(nowMs + 60_000).toISOString();

describe("maintenance", () => {
  test.each([
    [null, true, '{"maintenance":true}'],
    [null, false, "{}"],
    ['{"default":"deny"}', true, '{"default":"deny","maintenance":true}'],
    [
      '{"maintenance":true,"failPolicy":"open"}',
      false,
      '{"failPolicy":"open"}',
    ],
    [
      "{}",
      { until: soon, message: "Moving" },
      `{"maintenance":{"until":"${soon}","message":{"und":"Moving"}}}`,
    ],
  ])(
    "on %s, switched to %j, writes what the edge reads back",
    (edge, maintenance, text) => {
      expect(settle(edge, { maintenance })).toEqual({
        kind: "applied",
        writes: new Map([["edge", text]]),
      });
      expect(parseEdgeSettings("edge", text)).toMatchObject({ ok: true });
    },
  );

  test("that would be over at once is refused", () => {
    const until = new Date(nowMs).toISOString();
    expect(settle(null, { maintenance: { until } })).toMatchObject({
      because: "past",
    });
  });

  test("does not replace settings that cannot be read, unless it is forced", () => {
    expect(settle("{", { maintenance: true })).toMatchObject({
      because: "malformed",
    });
    expect(settle("{", { maintenance: true, force: true })).toEqual({
      kind: "applied",
      writes: new Map([["edge", '{"maintenance":true}']]),
    });
  });
});
