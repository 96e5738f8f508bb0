const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const month = `(?<month>${months.join("|")})`;
const day = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const longDay = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)";
const time = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;

/** RFC 9110 §5.6.7, case-sensitive as it says: IMF-fixdate, rfc850-date, asctime-date. */
const forms = [
  new RegExp(
    String.raw`^${day}, (?<day>\d{2}) ${month} (?<year>\d{4}) ${time} GMT$`,
  ),
  new RegExp(
    String.raw`^${longDay}, (?<day>\d{2})-${month}-(?<year>\d{2}) ${time} GMT$`,
  ),
  new RegExp(
    String.raw`^${day} ${month} (?<day>\d{2}| \d) ${time} (?<year>\d{4})$`,
  ),
];

/** IMF-fixdate (RFC 9110 §5.6.7) of a moment in milliseconds since 1970, the fraction of its second cut off. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

/**
 * Milliseconds since 1970 of an HTTP-date in any of the three forms of RFC 9110 §5.6.7; null for anything else.
 * The day's name need not fit the date: the numbers alone say when. `nowMs` decides the century of a two-digit year.
 */
export function parseHttpDate(value: string, nowMs: number): number | null {
  for (const form of forms) {
    const parts = form.exec(value)?.groups;
    if (parts === undefined) continue;
    const year = parts["year"] ?? "";
    return year.length === 2
      ? inNearestCentury(Number(year), parts, nowMs)
      : moment(Number(year), parts);
  }
  return null;
}

type Parts = Readonly<Record<string, string>>;

/** Null when a number is out of its range, 31 June included. A leap second (":60") is the second after. */
function moment(year: number, parts: Parts): number | null {
  const number = (part: string) => Number(parts[part]);
  const [hour, minute, second] = [
    number("hour"),
    number("minute"),
    number("second"),
  ];
  if (hour > 23 || minute > 59 || second > 60) return null;
  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  const midnight = new Date(0);
  midnight.setUTCFullYear(
    year,
    months.indexOf(parts["month"] ?? ""),
    number("day"),
  );
  if (midnight.getUTCDate() !== number("day")) return null;
  return midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** RFC 9110 §5.6.7: a date that seems more than 50 years ahead is in the latest past year with the same two digits. */
function inNearestCentury(
  twoDigits: number,
  parts: Parts,
  nowMs: number,
): number | null {
  const horizon = new Date(nowMs);
  horizon.setUTCFullYear(horizon.getUTCFullYear() + 50);
  const latest = horizon.getUTCFullYear();
  const year = latest - ((latest - twoDigits) % 100);
  const ms = moment(year, parts);
  return ms !== null && ms > horizon.getTime() ? moment(year - 100, parts) : ms;
}
