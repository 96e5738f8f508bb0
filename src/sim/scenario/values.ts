import * as v from "valibot";
import { suggestion } from "../../parse/suggest.ts";
import { placeCodes } from "../places.ts";

/**
 * What a word or a number of a scenario file may be. A message is always the second half of a sentence: "expected …". Patterns
 * stand in regular expressions so that editors check them too.
 */

/** A map with these members and no others. An unknown one may be a misspelt one. */
export function members<const Entries extends v.ObjectEntries>(
  entries: Entries,
) {
  return v.strictObject(entries, ({ path }) => {
    const name = String(path?.at(-1)?.key);
    return `is not a member that this has${suggestion(name, Object.keys(entries))}`;
  });
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const durationForm =
  /^(?=\d)(\d+d)?(\d+h)?(\d+m(?!s))?(\d+(\.\d+)?s)?(\d+ms)?$/;

const durationSaid = "a duration such as 500ms, 90s, 30m, 2h or 1d12h";

/** Milliseconds of a text of `durationForm`. */
export function durationMs(text: string): number {
  let sum = 0;
  for (const [, count, unit = ""] of text.matchAll(/([\d.]+)(ms|[smhd])/g))
    sum += Number(count) * (unitMs[unit] ?? 0);
  return sum;
}

export const duration = v.pipe(
  v.string(durationSaid),
  v.regex(durationForm, durationSaid),
  v.transform(durationMs),
);

const instantForm =
  /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?Z$/;

const instantSaid = "an instant in UTC such as 2019-08-05T07:00:00Z";

/** Date.parse moves 30 February on to March. */
const dayExists = (text: string) =>
  new Date(text.slice(0, 10)).getUTCDate() === Number(text.slice(8, 10));

export const instant = v.pipe(
  v.string(instantSaid),
  v.regex(instantForm, instantSaid),
  v.check(dayExists, instantSaid),
  v.transform((text) => Date.parse(text)),
);

/** A moment of the run: so long after its start, or an instant. Resolved once the start is known. */
export type Moment =
  { kind: "after"; ms: number } | { kind: "instant"; atMs: number };

const momentSaid = `${durationSaid}, counted from the start, or ${instantSaid}`;

export const moment = v.pipe(
  v.string(momentSaid),
  v.regex(
    new RegExp(`${durationForm.source}|${instantForm.source}`),
    momentSaid,
  ),
  v.check((text) => durationForm.test(text) || dayExists(text), momentSaid),
  v.transform((text): Moment =>
    durationForm.test(text)
      ? { kind: "after", ms: durationMs(text) }
      : { kind: "instant", atMs: Date.parse(text) },
  ),
);

export function momentMs(input: Moment, startMs: number): number {
  return input.kind === "after" ? startMs + input.ms : input.atMs;
}

const sizes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

const bytesSaid = "an amount such as 20kB, 1.5MB or 10GB";

export const bytes = v.pipe(
  v.string(bytesSaid),
  v.regex(/^\d+(\.\d+)?(B|kB|MB|GB|TB)$/, bytesSaid),
  v.transform((text) => {
    const [, count = "", unit = ""] = /^([\d.]+)(\w+)$/.exec(text) ?? [];
    return Math.round(Number(count) * (sizes[unit] ?? 0));
  }),
);

export const share = between(0, 1);

export function between(min: number, max: number) {
  const expected = `a number from ${min} to ${max}`;
  return v.pipe(
    v.number(expected),
    v.minValue(min, expected),
    v.maxValue(max, expected),
  );
}

export const text = v.pipe(
  v.string("a text"),
  v.transform((input) => input.trim()),
  v.minLength(1, "a text that is not empty"),
);

const idSaid = "an id: 1 to 63 of a-z, 0-9 and -";

export const id = v.pipe(
  v.string(idSaid),
  v.regex(/^[a-z0-9-]{1,63}$/, idSaid),
);

const codeSaid = "an airport code from the simulator's list, such as FRA";

export const placeCode = v.pipe(
  v.string(codeSaid),
  v.regex(/^[A-Z]{3}$/, codeSaid),
  v.check((code) => placeCodes.includes(code), codeSaid),
);

/** As people know latencies: what half and what 95 % stay below. */
export const latency = v.pipe(
  members({ median: duration, p95: duration }),
  v.check(
    ({ median, p95 }) => 0 < median && median < p95,
    "a median above 0 and a p95 above the median",
  ),
  v.transform((input) => ({ ...input, kind: "log-normal" as const })),
);

export const size = v.pipe(
  members({ median: bytes, p95: bytes }),
  v.check(
    ({ median, p95 }) => 0 < median && median < p95,
    "a median above 0 and a p95 above the median",
  ),
  v.transform((input) => ({ ...input, kind: "log-normal" as const })),
);
