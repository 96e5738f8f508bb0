import * as v from "valibot";
import { members } from "../parse/schema.ts";
import { customerId, hostPattern } from "./names.ts";
import { maintenanceRecord } from "./settings.ts";

/** Read by the parser of the record that they end up in; only their names count here. */
const anything = v.unknown();

const force = v.nullish(v.boolean("true or false"), false);
const ofHost = { host: hostPattern, force };
const ofCustomer = { customer: customerId, force };

/** The commands that deny a customer. */
export const denyVerbs = ["notice", "drop", "suspend", "withhold"] as const;

export type DenyVerb = (typeof denyVerbs)[number];

const denying = members({
  kind: v.picklist(denyVerbs),
  ...ofCustomer,
  ground: anything,
  effectiveAt: anything,
  endsAt: anything,
  scope: anything,
  reason: anything,
  statement: anything,
  reference: anything,
  noticeUrl: anything,
  appealUrl: anything,
  authority: anything,
  offboardUntil: anything,
  clearSiteData: anything,
});

const forms = {
  add: members({ kind: v.literal("add"), ...ofHost, site: anything }),
  change: members({ kind: v.literal("change"), ...ofHost, changes: anything }),
  remove: members({ kind: v.literal("remove"), ...ofHost }),
  notice: denying,
  drop: denying,
  suspend: denying,
  withhold: denying,
  restore: members({ kind: v.literal("restore"), ...ofCustomer }),
  purge: members({
    kind: v.literal("purge"),
    ...ofCustomer,
    at: anything,
    what: anything,
    how: anything,
  }),
  maintenance: members({
    kind: v.literal("maintenance"),
    force,
    maintenance: maintenanceRecord,
  }),
};

/** What a command may be. */
export const commandKinds = [
  "add",
  "change",
  "remove",
  ...denyVerbs,
  "restore",
  "purge",
  "maintenance",
] as const;

const known = v.object({ kind: v.picklist(commandKinds) });
const unknown = members({
  kind: v.never(`one of ${commandKinds.join(", ")}`),
});

/** The members a command of each kind has. */
export const commandForm = v.pipe(
  v.string(),
  v.parseJson(),
  v.lazy((input) => (v.is(known, input) ? forms[input.kind] : unknown)),
);

/** A command of this kind as it was given, what goes into a record not read yet. */
export type CommandInput<Kind> = Extract<
  v.InferOutput<(typeof forms)[keyof typeof forms]>,
  { kind: Kind }
>;
