import { isCustomerId, siteKey, standingKey } from "../../customer/keys.ts";
import { parseSite } from "../../customer/site.ts";
import { hostCandidates } from "../../http/host.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { suggestion } from "../../parse/suggest.ts";
import { readList } from "./list-records.ts";
import type { Session } from "./session.ts";
import { parseVisitedUrl } from "./visited-url.ts";

/** Whom an officer means: a customer by its id, by one of its hosts, or by a URL there. */
export async function findCustomer(
  session: Session,
  target: string,
): Promise<Parsed<string>> {
  const { store } = session;
  const url = parseVisitedUrl(target, { method: "GET", country: null });
  const keys = url.ok ? hostCandidates(url.value.visit.host).map(siteKey) : [];
  const isId = isCustomerId(target);
  const records = await store.read(
    isId ? [standingKey(target), ...keys] : keys,
  );
  if (!records.ok) return records;
  const owner = keys
    .map((key) => parseSite(key, records.value.get(key) ?? ""))
    .find((site) => site.ok);
  const customer = owner?.ok ? owner.value.customer : null;
  const hasEntry = (records.value.get(standingKey(target)) ?? null) !== null;
  if (isId && hasEntry && customer !== null && customer !== target)
    return {
      ok: false,
      problem: `${target} is a customer, and a site of ${customer}; name one by its id, ${target} or ${customer}, or the site by its URL`,
    };
  if (isId && (hasEntry || customer === null))
    return { ok: true, value: target };
  return customer === null
    ? findSimilar(session, url.ok ? url.value.visit.host : target)
    : { ok: true, value: customer };
}

async function findSimilar(
  { store, nowMs }: Session,
  target: string,
): Promise<Parsed<string>> {
  const list = await readList(store, nowMs);
  if (!list.ok) return list;
  const { sites, customers } = list.value;
  return {
    ok: false,
    problem: `the list has no site ${JSON.stringify(target)}${suggestion(target, [...sites.keys(), ...customers.keys()])}`,
  };
}
