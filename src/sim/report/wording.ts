import type { Result } from "../result.ts";

/** What stands where there is no figure. */
export const none = "–";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export function count(value: number): string {
  return Number.isFinite(value) ? whole.format(value) : none;
}

/** "1 request", "2 requests". */
export function counted(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? "" : "s"}`;
}

/** To a tenth of a second below two minutes; past that in minutes, then hours. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return none;
  if (seconds < 120) return `${tenths.format(seconds)} s`;
  const rounded = Math.round(seconds);
  const minutes = Math.floor(rounded / 60);
  return minutes < 60
    ? joined(minutes, "min", rounded % 60, "s")
    : joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

function joined(large: number, unit: string, small: number, less: string) {
  return small === 0
    ? `${count(large)} ${unit}`
    : `${count(large)} ${unit} ${small} ${less}`;
}

/**
 * A figure of several runs, to the second digit of its uncertainty, which is half the width of its confidence interval (JCGM
 * 100:2008, §7.2.6); to four digits where that is not known, or nothing.
 */
export function measured(
  value: number,
  interval: { low: number; high: number } | null,
  options: Pick<Intl.NumberFormatOptions, "signDisplay"> = {},
): string {
  const half = interval === null ? 0 : (interval.high - interval.low) / 2;
  const precision =
    half > 0
      ? fractionDigits(
          Math.min(Math.max(1 - Math.floor(Math.log10(half)), 0), 9),
        )
      : { maximumSignificantDigits: 4 };
  return new Intl.NumberFormat("en", { ...options, ...precision }).format(
    value,
  );
}

const fractionDigits = (digits: number) => ({
  minimumFractionDigits: digits,
  maximumFractionDigits: digits,
});

export function milliseconds(value: number): string {
  return Number.isFinite(value) ? `${tenths.format(value)} ms` : none;
}

/** "USD 0.41"; small amounts with two figures that count. */
export function price({
  currency,
  total,
}: {
  currency: string;
  total: number;
}): string {
  const digits =
    total >= 1 || total === 0 ? 2 : 1 - Math.floor(Math.log10(total));
  return `${currency} ${total.toFixed(Math.max(2, digits))}`;
}

/** In per cent. Only all is 100 %, and only none is 0 %. */
export function share(part: number, all: number): string {
  if (!(all > 0)) return none;
  const percent = (part / all) * 100;
  if (part > 0 && percent < 0.1) return "<0.1 %";
  if (part < all && percent > 99.9) return ">99.9 %";
  return `${tenths.format(percent)} %`;
}

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB"];

export function byteSize(value: number): string {
  const step = Math.min(
    byteUnits.length - 1,
    Math.max(0, Math.floor(Math.log10(Math.max(value, 1)) / 3)),
  );
  return `${tenths.format(value / 1000 ** step)} ${byteUnits[step] ?? ""}`;
}

/** "2019-08-05 07:00:00 UTC"; milliseconds only where there are any. */
export function instant(atMs: number): string {
  const iso = new Date(atMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, atMs % 1000 === 0 ? 19 : 23)} UTC`;
}

/** "07:00:00", or "5 Aug 07:00:00" in a run that goes past midnight UTC. */
export function shortInstant(result: Result, atMs: number): string {
  const time = new Date(atMs).toISOString().slice(11, 19);
  return isWithinDay(result) ? time : `${day(atMs)} ${time}`;
}

/** As short as a tick of an axis must be: seconds only where there are any, and days where they begin. */
export function tick(result: Result, atMs: number): string {
  if (!isWithinDay(result) && atMs % dayMs === 0) return day(atMs);
  const time = new Date(atMs).toISOString();
  return time.slice(11, atMs % 60_000 === 0 ? 16 : 19);
}

const dayMs = 86_400_000;

function isWithinDay({ startedAtMs, endedAtMs }: Result): boolean {
  return Math.floor(startedAtMs / dayMs) === Math.floor(endedAtMs / dayMs);
}

const days = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

function day(atMs: number): string {
  return days.format(atMs);
}

/** The first letter large, as a heading begins. */
export function heading(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export type Propagation = Result["propagations"][number];

const aims: Record<Propagation["towards"], string> = {
  dark: "dark",
  light: "served again",
  fresh: "purged",
};

/** What a PoP is once a decision has reached it. */
export function aim({ towards }: Propagation): string {
  return aims[towards];
}

const timesTo: Record<Propagation["towards"], string> = {
  dark: "time to dark",
  light: "time to light",
  fresh: "time to fresh",
};

export function timeTo({ towards }: Propagation): string {
  return timesTo[towards];
}
