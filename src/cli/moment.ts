import { Temporal } from "temporal-polyfill";
import * as v from "valibot";
import { instant } from "../parse/text.ts";
import type { Parsed } from "../parse/parsed.ts";
import { suggestion } from "../parse/suggest.ts";

const unitMs = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
} as const;

/** Milliseconds of a duration such as 90s, 2h or 1d12h: days, hours, minutes, seconds, each at most once and in that order. */
export function parseDuration(text: string): Parsed<number> {
  const form =
    /^(?=\d)(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s)?$/;
  const found = form.exec(text);
  if (found === null) {
    return {
      ok: false,
      problem: `"${text}"; expected a duration such as 90s, 30m, 2h or 1d12h`,
    };
  }
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = found;
  return {
    ok: true,
    value:
      Number(days) * unitMs.d +
      Number(hours) * unitMs.h +
      Number(minutes) * unitMs.m +
      Number(seconds) * unitMs.s,
  };
}

/**
 * Milliseconds since the epoch of an instant with its time zone, or of a time of day there: `2026-12-01 09:00 Europe/Paris`,
 * `tomorrow 09:00 Europe/Paris`, `today 18:00 UTC`, where `nowMs` says which day is today.
 */
export function parseInstant(text: string, nowMs: number): Parsed<number> {
  const read = v.safeParse(instant, text);
  if (read.success) return { ok: true, value: read.output };
  const [, day, hour, minute, second = "0", zone] =
    /^(today|tomorrow|\d{4}-\d{2}-\d{2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))? +(\S+)$/i.exec(
      text.trim(),
    ) ?? [];
  if (day === undefined || zone === undefined)
    return {
      ok: false,
      problem: `"${text}"; expected ${read.issues[0].message}, or tomorrow 09:00 Europe/Paris`,
    };
  const timeZone = zones().find(
    (known) => known.toLowerCase() === zone.toLowerCase(),
  );
  if (timeZone === undefined)
    return {
      ok: false,
      problem: `"${text}"; "${zone}" is no time zone, expected one such as Europe/Paris or UTC${suggestion(zone, zones())}`,
    };
  const local = localTime(
    day.toLowerCase(),
    { hour: Number(hour), minute: Number(minute), second: Number(second) },
    { timeZone, nowMs },
  );
  if (local === null)
    return {
      ok: false,
      problem: `"${text}"; there is no such day or time of day`,
    };
  const [earlier, later] = (["earlier", "later"] as const).map(
    (disambiguation) =>
      local.toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds,
  );
  return earlier !== undefined && earlier === later
    ? { ok: true, value: earlier }
    : {
        ok: false,
        problem: `"${text}"; clocks are changed in ${timeZone} then, and this time comes twice or never: expected an instant such as 2019-08-05T07:00:00Z`,
      };
}

function zones(): readonly string[] {
  return [...Intl.supportedValuesOf("timeZone"), "UTC"];
}

/** Null for a day or a time of day that does not exist. */
function localTime(
  day: string,
  time: { hour: number; minute: number; second: number },
  { timeZone, nowMs }: { timeZone: string; nowMs: number },
): Temporal.PlainDateTime | null {
  const { hour, minute, second } = time;
  if (hour > 23 || minute > 59 || second > 59) return null;
  if (day === "today" || day === "tomorrow")
    return Temporal.Instant.fromEpochMilliseconds(nowMs)
      .toZonedDateTimeISO(timeZone)
      .toPlainDate()
      .add({ days: day === "tomorrow" ? 1 : 0 })
      .toPlainDateTime(time);
  const date = new Date(`${day}T00:00:00Z`);
  const exists =
    !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
  return exists ? Temporal.PlainDate.from(day).toPlainDateTime(time) : null;
}

/** How far away a moment is, in its two largest units: "in 2 h 5 min", "3 d ago". */
export function formatDistance(ms: number, nowMs: number): string {
  const seconds = Math.round(Math.abs(ms - nowMs) / 1000);
  if (seconds === 0) return "now";
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const duration = parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
  return ms > nowMs ? `in ${duration}` : `${duration} ago`;
}

/**
 * A moment that was given by one of two options, as an instant or as a distance from `fromMs`; null when by neither. A
 * problem names the option.
 */
export function momentOf(
  [instantName, instantText]: readonly [string, string | undefined],
  [distanceName, distanceText]: readonly [string, string | undefined],
  fromMs: number,
): Parsed<number | null> {
  if (instantText !== undefined) {
    const read = parseInstant(instantText, Date.now());
    return read.ok
      ? read
      : { ok: false, problem: `${instantName} is ${read.problem}` };
  }
  if (distanceText === undefined) return { ok: true, value: null };
  const read = parseDuration(distanceText);
  return read.ok
    ? { ok: true, value: fromMs + read.value }
    : { ok: false, problem: `${distanceName} is ${read.problem}` };
}
