import { isCustomerId, standingKey } from "../../customer/keys.ts";
import { ownerOf, siteKeysOf } from "../../customer/owner.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { suggestion } from "../../parse/suggest.ts";
import { act, type ActOptions } from "./act.ts";
import { readList } from "./list-records.ts";
import { failed, type Report, type Session } from "./session.ts";
import { parseVisitedUrl } from "./visited-url.ts";

/** Whom an officer means: a customer by its id, by one of its hosts, or by a URL there. */
export async function findCustomer(
  session: Session,
  target: string,
): Promise<Parsed<string>> {
  const { store } = session;
  const url = parseVisitedUrl(target, { method: "GET", country: null });
  const host = url.ok ? url.value.visit.host : null;
  const keys = host === null ? [] : siteKeysOf(host);
  const isId = isCustomerId(target);
  const records = await store.read(
    isId ? [standingKey(target), ...keys] : keys,
  );
  if (!records.ok) return records;
  const customer = host === null ? null : ownerOf(host, records.value);
  const hasEntry = (records.value.get(standingKey(target)) ?? null) !== null;
  if (isId && hasEntry && customer !== null && customer !== target)
    return {
      ok: false,
      problem: `${target} is a customer, and a site of ${customer}; name one by its id, ${target} or ${customer}, or the site by its URL`,
    };
  if (isId && (hasEntry || customer === null))
    return { ok: true, value: target };
  return customer === null
    ? findSimilar(session, host ?? target)
    : { ok: true, value: customer };
}

/** Carries out what is given for whom an officer means. */
export async function actOn(
  session: Session,
  target: string,
  given: object,
  options: ActOptions,
): Promise<Report> {
  const customer = await findCustomer(session, target);
  return customer.ok
    ? act(session, { ...given, customer: customer.value }, options)
    : failed(customer.problem);
}

/** What the list has instead of a customer or a site that it has not. */
export async function findSimilar(
  { store, nowMs }: Session,
  target: string,
): Promise<Parsed<never>> {
  const list = await readList(store, nowMs);
  if (!list.ok) return list;
  const { sites, customers } = list.value;
  return {
    ok: false,
    problem: `the list has no customer and no site ${JSON.stringify(target)}${suggestion(target, [...sites.keys(), ...customers.keys()])}`,
  };
}
