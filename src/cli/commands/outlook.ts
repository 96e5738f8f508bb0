import type { Records } from "../../customer/applied.ts";
import type { Command } from "../../customer/command.ts";
import { siteKey, standingKey } from "../../customer/keys.ts";
import { stateOf } from "../../customer/state.ts";
import { shownInstant } from "../moment.ts";
import { sheet } from "../table.ts";
import {
  denialOf,
  refusalOf,
  shownClearing,
  shownMoment,
  shownScope,
  shownState,
  shownVerdict,
} from "./describe.ts";
import type { Session } from "./session.ts";

/** What KV keeps in a PoP, and what an isolate there may add to it. */
const usualSpreadMs = 61_000;

/** What a command will do, for whoever gives it. */
export function outlook(
  command: Command,
  before: Records,
  writes: Records,
  session: Session,
): string {
  const { paint } = session;
  switch (command.kind) {
    case "add":
    case "change": {
      const text = writes.get(siteKey(command.host)) ?? "";
      return `${command.kind} ${paint.bold(command.host)}\n${sheet([["record", text], known(session)])}`;
    }
    case "remove":
      return `remove ${paint.bold(command.host)}\n${sheet([["visitors get", "421: no such site here"], ["customer", "its entry stays"], known(session)])}`;
    case "purge":
      return `purge ${paint.bold(command.customer)}\n${sheet([
        ["what", JSON.stringify(command.what)],
        [
          "how",
          command.how === "hard"
            ? "fetched anew"
            : "validated with the origin before it is used again",
        ],
        ["from", shownMoment(command.atMs ?? session.nowMs, session.nowMs)],
        known(session),
      ])}`;
    case "notice":
    case "drop":
    case "suspend":
    case "withhold":
    case "restore":
      return standingOutlook(command.customer, before, writes, session);
  }
}

function standingOutlook(
  customer: string,
  before: Records,
  writes: Records,
  session: Session,
): string {
  const { paint, nowMs } = session;
  const [was, is] = [before, writes].map((records) =>
    stateOf(customer, records.get(standingKey(customer)) ?? null, nowMs),
  );
  if (was === undefined || is === undefined) return "";
  const denial = denialOf(is);
  const head = `${paint.bold(customer)}: ${shownState(was, paint)} -> ${shownState(is, paint)}`;
  if (denial === null) {
    return `${head}\n${sheet([["visitors get", "the site"], known(session)])}`;
  }
  return `${head}\n${sheet([
    ["visitors get", shownVerdict(refusalOf(denial, nowMs))],
    ["whom", shownScope(denial.scope)],
    ["from", shownMoment(denial.effectiveAtMs, nowMs)],
    ["until", shownMoment(denial.endsAtMs, nowMs) || "further notice"],
    ["clears", shownClearing(denial.clearSiteData)],
    known(session),
  ])}`;
}

/** How long until the edge knows. */
function known({ store, nowMs }: Session): [string, string] {
  switch (store.kind) {
    case "local":
      return ["known", "within a second to an edge that runs on this store"];
    case "remote":
      return [
        "known",
        `to every PoP by ${shownInstant(nowMs + usualSpreadMs)} as a rule; Cloudflare says "60 seconds or more"`,
      ];
  }
}
