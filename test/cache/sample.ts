import { fieldsOf } from "../../src/http/fields.ts";
import type { RequestFields } from "../../src/cache/request-fields.ts";
import type { FieldLine } from "../../src/http/fields.ts";
import { defaultCacheSettings } from "../../src/cache/settings.ts";
import type { CacheSettings } from "../../src/cache/settings.ts";
import type { Stored } from "../../src/cache/stored.ts";
import { unlistedBesides, varyOn } from "../../src/cache/vary.ts";

/** The second in which every sample was requested and received. */
export const startMs = Date.UTC(2026, 0, 1);
export const startDate = "Thu, 01 Jan 2026 00:00:00 GMT";

export const settings = defaultCacheSettings;

export function settingsWith(some: Partial<CacheSettings>): CacheSettings {
  return { ...defaultCacheSettings, ...some };
}

export function after(seconds: number): number {
  return startMs + seconds * 1000;
}

/** An HTTP-date that many seconds after the start. */
export function date(seconds: number): string {
  return new Date(after(seconds)).toUTCString();
}

/** Field lines written as they stand in a message: "Name: value", a line each. */
export function lines(text: string): FieldLine[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    });
}

export function fields(text = ""): RequestFields {
  const all = lines(text);
  return {
    get: (name) => fieldsOf(all).get(name),
    [Symbol.iterator]: () => all.values(),
  };
}

/** A stored 200 with these fields, received at the start by a request with those. */
export function storedWith(
  text: string,
  some: Partial<Stored> & { request?: string } = {},
): Stored {
  const { request, ...rest } = some;
  return {
    method: "GET",
    status: 200,
    fields: lines(text),
    varyOn: varyOn(fields(request), fields(text)) ?? [],
    unlisted: unlistedFor(fields(request), fields(text)),
    requestTimeMs: startMs,
    responseTimeMs: startMs,
    bodyRequestTimeMs: startMs,
    bodyLength: 10,
    range: null,
    ...rest,
  };
}

function unlistedFor(request: RequestFields, response: RequestFields) {
  const varied = varyOn(request, response);
  return unlistedBesides(varied ?? [], request, "shared", settings) ?? [];
}
