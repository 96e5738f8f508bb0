import { worldAudience } from "./audience.ts";
import type { Customer } from "./customers.ts";
import type { Scenario } from "./scenario/form.ts";
import { trafficPresets } from "./scenario/world.ts";
import { momentMs } from "./scenario/values.ts";
import { pathOf } from "./server.ts";
import type { Stage } from "./stage.ts";
import type { Visits } from "./visit.ts";
import type { VisitorLog } from "./visitor-log.ts";
import { defaultTraffic, Visitors, type Session } from "./visitors.ts";
import { Weights, zipf } from "./weights.ts";

/** Sends everybody who asks for anything on their way. */
export function startWorkload(
  scenario: Scenario,
  stage: Stage,
  visits: Visits,
): void {
  const visitors = visitorsOf(scenario, stage);
  scheduleVisitors(visitors, stage, visits);
  for (const customer of stage.customers)
    if (customer.log !== null)
      replayLog(customer, customer.log, visitors, stage, visits);
  for (const customer of stage.customers)
    if (customer.watchedMs !== null)
      scheduleProbes(customer, customer.watchedMs, stage, visits);
  for (const { at, attack } of scenario.events)
    if (attack !== undefined)
      scheduleAttackers(attack, momentMs(at, scenario.start), stage, visits);
}

function visitorsOf(
  { traffic, content }: Scenario,
  { random, places, customers }: Stage,
): Visitors {
  const pagesPerSession =
    traffic.pagesPerVisit ?? defaultTraffic.pagesPerSession;
  const assetsPerPage = traffic.assetsPerPage ?? defaultTraffic.assetsPerPage;
  const preset = trafficPresets[traffic.preset];
  const requestsPerSecond =
    traffic.requestsPerSecond ?? preset.requestsPerSecond;
  return new Visitors(
    {
      ...defaultTraffic,
      sessionsPerSecond:
        requestsPerSecond / pagesPerSession / (1 + assetsPerPage),
      pagesPerSession,
      assetsPerPage,
      countries: traffic.countries ?? worldAudience,
      dailySwing: traffic.dailySwing ?? preset.dailySwing,
      peakHour: traffic.peakHour ?? defaultTraffic.peakHour,
    },
    {
      places,
      sites: new Weights(customers.map(({ share }) => share)),
      objects: zipf(content.objects, content.popularity),
    },
    random,
  );
}

/** Everybody but visitors of a customer whose visitors a log has. */
function scheduleVisitors(
  visitors: Visitors,
  { engine, customers }: Stage,
  visits: Visits,
): void {
  const comeAfter = (ms: number): void => {
    const session = visitors.next(ms);
    engine.schedule(session.atMs, () => {
      comeAfter(session.atMs);
      askNext(session, 0);
    });
  };
  /** All that a visitor asks for at one moment, then what comes next. */
  const askNext = (session: Session, first: number): void => {
    const { atMs, place, site, requests } = session;
    const customer = customers[site];
    if (customer === undefined || customer.log !== null) return;
    const afterMs = requests[first]?.afterMs;
    let next = first;
    for (
      let request = requests[next];
      request !== undefined && request.afterMs === afterMs;
      request = requests[next]
    ) {
      const target = pathOf(request.object);
      engine.track(visits.ask({ customer, place, target, by: "visitor" }));
      next += 1;
    }
    const following = requests[next];
    if (following !== undefined)
      engine.schedule(atMs + following.afterMs, () => askNext(session, next));
  };
  comeAfter(engine.nowMs);
}

/** Asks for what a log says, at its moments; where whoever asked was, it does not say. */
function replayLog(
  customer: Customer,
  log: VisitorLog,
  visitors: Visitors,
  { engine, random }: Stage,
  visits: Visits,
): void {
  const startedAtMs = engine.nowMs;
  const draw = random.stream(`log of ${customer.id}`);
  const comeNext = (index: number): void => {
    const visit = log.visits[index];
    if (visit === undefined) return;
    engine.schedule(startedAtMs + visit.afterMs, () => {
      const place = visitors.placeAt(engine.nowMs, draw);
      const { target } = visit;
      engine.track(visits.ask({ customer, place, target, by: "visitor" }));
      comeNext(index + 1);
    });
  };
  comeNext(0);
}

/** At every point of presence someone who asks for the front page again and again. */
function scheduleProbes(
  customer: Customer,
  everyMs: number,
  { engine, random, own }: Stage,
  visits: Visits,
): void {
  const phase = random.stream(`watching ${customer.id}`);
  for (const { place } of own.pops) {
    const probe = (): void => {
      engine.track(visits.ask({ customer, place, target: "/", by: "probe" }));
      engine.schedule(engine.nowMs + everyMs, probe);
    };
    engine.schedule(engine.nowMs + phase.uniform() * everyMs, probe);
  }
}

function scheduleAttackers(
  attack: NonNullable<Scenario["events"][number]["attack"]>,
  fromMs: number,
  { engine, random, places, customers }: Stage,
  visits: Visits,
): void {
  const customer = customers.find(({ id }) => id === attack.customer);
  if (customer === undefined) return;
  const draw = random.stream(`attack on ${attack.customer}`);
  const gapMs = draw.stream("gaps").sampler({
    kind: "exponential",
    mean: 1_000 / attack.requestsPerSecond,
  });
  const untilMs = fromMs + attack.lasts;
  let count = 0;
  const strikeAt = (atMs: number): void => {
    if (atMs >= untilMs) return;
    engine.schedule(atMs, () => {
      const place = places[draw.integer(places.length)];
      const target = attack.urls === "one" ? "/" : `/?${count++}`;
      if (place !== undefined)
        engine.track(visits.ask({ customer, place, target, by: "attacker" }));
      strikeAt(atMs + gapMs());
    });
  };
  strikeAt(fromMs + gapMs());
}
