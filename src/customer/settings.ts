import * as v from "valibot";
import type { Parsed } from "../parse/parsed.ts";
import { readRecord } from "../parse/record.ts";
import { members, oneOf, optional } from "../parse/schema.ts";
import { instant, texts } from "../parse/text.ts";

export interface EdgeSettings {
  /** For a customer who has no entry in the list. */
  defaultVerdict: "allow" | "deny";
  /** For a customer about whom nothing can be learned because KV is failing. */
  failPolicy: "closed" | "open";
  /** Lasts until `untilMs`, or until it is switched off. */
  maintenance: {
    untilMs: number | null;
    message: Readonly<Record<string, string>>;
  } | null;
}

/** What holds while no settings are stored. */
export const defaultSettings: EdgeSettings = {
  defaultVerdict: "allow",
  failPolicy: "closed",
  maintenance: null,
};

const maintenanceSwitch = v.pipe(
  v.boolean("true, false or an object"),
  v.transform((on) => (on ? { untilMs: null, message: {} } : null)),
);

const maintenanceDetails = v.pipe(
  members({ until: optional(instant), message: optional(texts(5000)) }),
  v.transform(({ until, message }) => ({
    untilMs: until,
    message: message ?? {},
  })),
);

/** The switch as a record or a command has it: true, false, or when it ends and what visitors are told. */
export const maintenanceRecord = v.lazy((input) =>
  typeof input === "object" ? maintenanceDetails : maintenanceSwitch,
);

/** The record under `edge`. */
export const settingsForm = members({
  default: v.nullish(oneOf(["allow", "deny"]), defaultSettings.defaultVerdict),
  failPolicy: v.nullish(oneOf(["closed", "open"]), defaultSettings.failPolicy),
  maintenance: optional(maintenanceRecord),
});

const settings = v.pipe(
  v.string(),
  v.parseJson(),
  settingsForm,
  v.transform((record): EdgeSettings => ({
    defaultVerdict: record.default,
    failPolicy: record.failPolicy,
    maintenance: record.maintenance,
  })),
);

/** The edge-wide settings. Never throws; a problem names `key`, the member, what was found and what was expected. */
export function parseEdgeSettings(
  key: string,
  text: string,
): Parsed<EdgeSettings> {
  return readRecord(key, text, "a JSON object", settings);
}

/** Settings as a record has them; what is as by default is left out. */
export function settingsText({
  defaultVerdict,
  failPolicy,
  maintenance,
}: EdgeSettings): string {
  return JSON.stringify({
    ...(defaultVerdict !== defaultSettings.defaultVerdict && {
      default: defaultVerdict,
    }),
    ...(failPolicy !== defaultSettings.failPolicy && { failPolicy }),
    ...(maintenance !== null && {
      maintenance: maintenanceText(maintenance),
    }),
  });
}

function maintenanceText({
  untilMs,
  message,
}: NonNullable<EdgeSettings["maintenance"]>) {
  const isBare = untilMs === null && Object.keys(message).length === 0;
  return (
    isBare || {
      ...(untilMs !== null && { until: new Date(untilMs).toISOString() }),
      ...(Object.keys(message).length > 0 && { message }),
    }
  );
}
