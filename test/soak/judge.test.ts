import { expect, test } from "vitest";
import { contentOf } from "./content.ts";
import { judge, type Drop } from "./judge.ts";
import type { Answer, Visit } from "./visits.ts";

const body = contentOf("shop", "/shared/9/1", 9);
const visit: Visit = {
  kind: "small",
  customer: "shop",
  host: "shop.localhost",
  method: "GET",
  target: "/shared/9/1",
  fields: {},
  upload: null,
  reads: "all",
  expected: { statuses: [200], body, mayBreak: false },
};
const good: Answer = {
  status: 200,
  body,
  end: "whole",
  beganAtMs: 10_000,
  endedAtMs: 10_010,
};
const bounds = { newMs: 1_000, openMs: 2_000 };
const drop = (beganAtMs: number, endedAtMs = Infinity): Drop => ({
  customer: "shop",
  beganAtMs,
  endedAtMs,
});
const page = Buffer.from("no longer served");

test.each<[string, Partial<Answer>, readonly Drop[], RegExp | null]>([
  ["all that was asked for", {}, [], null],
  ["another's bytes", { body: contentOf("forum", "/", 9) }, [], /other bytes/],
  ["too few bytes", { body: body.subarray(1) }, [], /other bytes/],
  ["a body that breaks off", { end: "broken" }, [], /broken off/],
  ["no end", { end: "hung" }, [], /no end/],
  ["an error of ours", { status: 502 }, [], /status 502/],
  ["a refusal of who is served", { status: 403, body: page }, [], /status 403/],
  [
    "a stack trace",
    { status: 500, body: Buffer.from("Error\n    at a (b.js:1:2)") },
    [],
    /stack trace/,
  ],
  ["content after a drop", {}, [drop(8_000)], /dropped customer/],
  ["a refusal after it", { status: 403, body: page }, [drop(8_000)], null],
  ["content while it spreads", {}, [drop(9_500)], null],
  ["a refusal then", { status: 403, body: page }, [drop(9_500)], null],
  [
    "a refusal long after a restore",
    { status: 403, body: page },
    [drop(1_000, 5_000)],
    /status 403/,
  ],
  [
    "a response that goes on after a drop",
    { beganAtMs: 1_000 },
    [drop(5_000)],
    /outlived/,
  ],
  ["one that is cut", { beganAtMs: 1_000, end: "broken" }, [drop(5_000)], null],
  ["another customer's drop", {}, [{ ...drop(1), customer: "forum" }], null],
])("%s", (_, changed, drops, expected) => {
  const because = judge(visit, { ...good, ...changed }, { drops, bounds });
  expect(because ?? "nothing wrong").toMatch(expected ?? /^nothing wrong$/);
});
