import { describe, expect, test } from "vitest";
import { decideTrust, failingMs } from "../../src/edge/trust.ts";

const trust = { renewedAfterMs: 100, renewedAfterUses: 3, endsAfterMs: 1000 };
const deadlineMs = 500;
const hour = 3_600_000;

const used = (renew: boolean) => ({ kind: "use", renew, degraded: false });
const degraded = (renew: boolean) => ({ kind: "use", renew, degraded: true });
const first = { kind: "read-first" };

describe("what was read", () => {
  test.each([
    ["just now is used", 0, 9, used(false)],
    ["not long ago is used", 99, 9, used(false)],
    ["a while ago is renewed behind its use", 100, 3, used(true)],
    ["a while ago and hardly used is not", 100, 2, used(false)],
    ["until its trust ends is used", 999, 0, used(false)],
    ["before that is read first", 1000, 9, first],
    ["long ago is read first, hardly used or not", hour, 0, first],
    ["after now, by a clock set back since, is read first", -1, 0, first],
    ["an hour after now is read first", -hour, 9, first],
  ])("%s", (_, ageMs, uses, course) => {
    const reading = { readAtMs: 5 * hour - ageMs, failedAtMs: null, uses };
    expect(decideTrust(reading, trust, 5 * hour, deadlineMs)).toEqual(course);
  });
});

describe("what could not be read again", () => {
  test.each([
    ["in time is left alone for a second", 200, 999, used(false)],
    ["in time is tried again after that", 200, 1000, used(true)],
    ["is used a second long without asking", hour, 999, degraded(false)],
    ["is used after that while it is read", hour, 1000, degraded(true)],
    ["is used until that read has failed too", hour, 2499, degraded(true)],
    ["is read first when nobody has tried since", hour, 2500, first],
    ["is read first when the clock was set back", hour, -1, first],
  ])("%s", (_, ageMs, failedMs, course) => {
    const nowMs = 5 * hour;
    const reading = {
      readAtMs: nowMs - ageMs,
      failedAtMs: nowMs - failedMs,
      uses: 9,
    };
    expect(decideTrust(reading, trust, nowMs, deadlineMs)).toEqual(course);
  });

  test("is so for two seconds and the deadline", () => {
    expect(failingMs(deadlineMs)).toBe(2500);
  });
});
