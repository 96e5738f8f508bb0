import * as v from "valibot";
import { commandKinds } from "../../customer/command-form.ts";
import { parseCommand, type Command } from "../../customer/command.ts";
import {
  duration,
  id,
  members,
  moment,
  placeCode,
  share,
  text,
  between,
} from "./values.ts";

/** As it parses, and as a ledger has it. */
export interface PlannedCommand {
  parsed: Command;
  given: unknown;
}

const command = v.pipe(
  v.looseObject({
    kind: v.picklist(commandKinds, `one of ${commandKinds.join(", ")}`),
  }),
  v.description(
    "What the portcullis command would be told: kind, customer or host, and members as in the record that it writes.",
  ),
  v.rawTransform(({ dataset, addIssue, NEVER }): PlannedCommand => {
    const read = parseCommand(dataset.value);
    if (read.ok) return { parsed: read.value, given: dataset.value };
    addIssue({ message: read.problem });
    return NEVER;
  }),
);

const wholeShare = v.optional(share, 1);

const fault = v.variant(
  "kind",
  [
    members({
      kind: v.literal("list-down"),
      lasts: duration,
      share: v.pipe(
        wholeShare,
        v.description(
          "Of the operations that reach the centre, those that fail.",
        ),
      ),
    }),
    members({
      kind: v.literal("list-slow"),
      lasts: duration,
      factor: between(1, 10_000),
    }),
    members({
      kind: v.literal("origin-down"),
      customer: id,
      lasts: duration,
      share: wholeShare,
      how: v.optional(
        v.picklist(["refuses", "silent"], "refuses or silent"),
        "refuses",
      ),
    }),
    members({
      kind: v.literal("origin-errors"),
      customer: id,
      lasts: duration,
      share: wholeShare,
      status: v.optional(between(400, 599), 503),
    }),
    members({
      kind: v.literal("origin-slow"),
      customer: id,
      lasts: duration,
      share: wholeShare,
      factor: between(1, 10_000),
    }),
    members({
      kind: v.literal("edge-errors"),
      lasts: duration,
      share: v.pipe(
        wholeShare,
        v.description("Of the requests that reach the edge, those it fails."),
      ),
      pops: v.pipe(
        v.optional(v.array(placeCode)),
        v.description("Where; everywhere when left out."),
      ),
    }),
    members({
      kind: v.literal("pop-down"),
      lasts: duration,
      pops: v.array(placeCode),
      how: v.optional(
        v.picklist(["rerouted", "dark"], "rerouted or dark"),
        "rerouted",
      ),
    }),
    members({ kind: v.literal("registry-down"), lasts: duration }),
    members({
      kind: v.literal("registry-slow"),
      lasts: duration,
      factor: between(1, 10_000),
    }),
    members({ kind: v.literal("supplier-cuts"), provider: id }),
    members({ kind: v.literal("supplier-carries"), provider: id }),
  ],
  "list-down, list-slow, origin-down, origin-errors, origin-slow, edge-errors, pop-down, registry-down, registry-slow, supplier-cuts or supplier-carries",
);

const whatHappens = {
  command: v.optional(command),
  fault: v.optional(fault),
  write: v.pipe(
    v.optional(members({ key: text, text: v.nullable(v.string()) })),
    v.description("A raw edit of the list, of any text; null deletes the key."),
  ),
  publish: v.pipe(
    v.optional(id),
    v.description("This customer changes everything on its site."),
  ),
  attack: v.pipe(
    v.optional(
      members({
        customer: id,
        lasts: duration,
        requestsPerSecond: between(0.001, 1e6),
        urls: v.pipe(
          v.optional(
            v.picklist(["one", "ever-new"], "one or ever-new"),
            "ever-new",
          ),
          v.description("Always the front page, or a new query each time."),
        ),
      }),
    ),
    v.description("Requests from everywhere that are no visitor's."),
  ),
  move: v.pipe(
    v.optional(members({ customer: id, to: id })),
    v.description(
      "A provider takes a customer in, and the customer's names lead there.",
    ),
  ),
  decline: v.pipe(
    v.optional(members({ customer: id, by: id })),
    v.description("Another provider decides to serve a customer no longer."),
  ),
  hold: v.pipe(
    v.optional(id),
    v.description(
      "The registrar takes this customer's names out of the DNS (serverHold): they do not exist any more.",
    ),
  ),
  release: v.pipe(
    v.optional(id),
    v.description("The names of this customer exist again, where they led."),
  ),
  announce: v.pipe(
    v.optional(text),
    v.description("Something said in public, for the time axis."),
  ),
  note: v.pipe(v.optional(text), v.description("A remark for the time axis.")),
};

const names = Object.keys(whatHappens);

export const event = v.pipe(
  members({
    at: moment,
    from: v.pipe(
      v.optional(placeCode),
      v.description("The point of presence the writer is at."),
    ),
    assumed: v.pipe(
      v.optional(v.boolean("true or false"), false),
      v.description("True where no source gives the moment or the figure."),
    ),
    ...whatHappens,
  }),
  v.check(
    (input) => names.filter((name) => name in input).length === 1,
    `exactly one of ${names.join(", ")} beside "at"`,
  ),
);
