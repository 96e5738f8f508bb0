import * as v from "valibot";
import { maxPurgeFacts, type Purged, type PurgeFact } from "../cache/purge.ts";
import { canonicalHost } from "../http/host.ts";
import type { Parsed } from "../parse/parsed.ts";
import { rawTarget } from "../http/target.ts";
import { readRecord } from "../parse/record.ts";
import {
  members,
  oneOf,
  optional,
  textAs,
  wholeNumber,
} from "../parse/schema.ts";
import { instant, line } from "../parse/text.ts";

/**
 * `date -u +%FT%TZ` cuts the running second off; a purge written so must reach what was fetched earlier in that second.
 */
const throughItsSecond = v.pipe(
  instant,
  v.transform((ms) => ms + 999),
);

const moment = v.lazy((input) => {
  if (typeof input === "number") return wholeNumber(0, 8_640_000_000_000_000);
  return String(input).includes(".") ? instant : throughItsSecond;
});

const host = textAs("a host such as shop.example", (text) => {
  const parsed = canonicalHost(text);
  return parsed.ok ? parsed.value : null;
});

const maxUrlCharacters = 800;

/** Read as the edge reads a visitor's: host in its one spelling, path normalised, port, user and fragment gone. */
const place = textAs(
  `an http or https URL of at most ${maxUrlCharacters} characters`,
  (text) => {
    // Outside RFC 3986 §2; the URL parser would repair some of these without a word.
    const form = /^https?:\/\/[^\p{C}\s<>"\\^`{|}]+$/iu;
    const url = form.test(text) ? URL.parse(text) : null;
    const parsed = url === null ? null : canonicalHost(url.host);
    if (url === null || parsed === null || !parsed.ok) return null;
    if (url.href.length > maxUrlCharacters) return null;
    return { host: parsed.value, target: rawTarget(url.href) };
  },
);

const all = v.pipe(
  v.literal("all", 'all, or an object with "url", "prefix", "host" or "group"'),
  v.transform((): Purged => ({ kind: "all" })),
);
const ofUrl = v.pipe(
  members({ url: place }),
  v.transform(({ url }): Purged => ({ kind: "url", ...url })),
);
const ofPrefix = v.pipe(
  members({ prefix: place }),
  v.transform(({ prefix }): Purged => ({ kind: "prefix", ...prefix })),
);
const ofHost = v.pipe(
  members({ host }),
  v.transform((what): Purged => ({ kind: "host", ...what })),
);
const ofGroup = v.pipe(
  members({ group: line(256), host: optional(host) }),
  v.transform((what): Purged => ({ kind: "group", ...what })),
);

const what = v.lazy((input) => {
  if (typeof input !== "object" || input === null) return all;
  if ("group" in input) return ofGroup;
  if ("prefix" in input) return ofPrefix;
  return "host" in input ? ofHost : ofUrl;
});

const fact = v.pipe(
  members({
    at: moment,
    what,
    how: v.nullish(oneOf(["hard", "soft"]), "hard"),
  }),
  v.transform(({ at, ...record }): PurgeFact => ({ atMs: at, ...record })),
);

/** A record under `purge:<id>`, where it is no bare instant. */
export const purgeForm: v.GenericSchema<unknown, PurgeFact[]> = v.lazy(
  (input) =>
    Array.isArray(input)
      ? v.pipe(
          v.array(fact),
          v.maxLength(maxPurgeFacts, `a list of at most ${maxPurgeFacts}`),
        )
      : v.pipe(
          fact,
          v.transform((only) => [only]),
        ),
);

const purge = v.pipe(
  v.string(),
  v.transform(spelledOut),
  v.parseJson(),
  purgeForm,
);

/** A bare instant, quoted or not, stands for a purge of everything up to it. */
function spelledOut(text: string): string {
  return text.replace(/^("?)(\d{4}-[^"]*)\1$/, '{"at":"$2","what":"all"}');
}

/**
 * A customer's purges: a list of facts, one alone, or an instant. Never throws; a problem names `key`, the member, what was
 * found and what was expected.
 */
export function parsePurge(key: string, text: string): Parsed<PurgeFact[]> {
  return readRecord(
    key,
    text,
    "an instant such as 2019-08-05T07:00:00Z, a purge fact or a list of them",
    purge,
  );
}

/** The record's text, which `parsePurge` reads back. */
export function purgeText(record: readonly PurgeFact[]): string {
  return JSON.stringify(
    record.map((one) => ({
      at: new Date(one.atMs).toISOString(),
      what: written(one.what),
      how: one.how,
    })),
  );
}

function written(purged: Purged) {
  switch (purged.kind) {
    case "all":
      return "all";
    case "host":
      return { host: purged.host };
    case "url":
      return { url: `https://${purged.host}${purged.target}` };
    case "prefix":
      return { prefix: `https://${purged.host}${purged.target}` };
    case "group":
      return purged.host === null
        ? { group: purged.group }
        : { group: purged.group, host: purged.host };
  }
}
