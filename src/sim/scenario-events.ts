import { apply, keysOf } from "../customer/apply.ts";
import type { Command } from "../customer/command.ts";
import { standingKey } from "../customer/keys.ts";
import { recordsOf, type Customer } from "./customers.ts";
import type { SimulatedRegistry } from "./registry.ts";
import type { PlannedCommand } from "./scenario/events.ts";
import { ownId } from "./provider.ts";
import type { Result } from "./result.ts";
import type { Scenario } from "./scenario/form.ts";
import { describeCommand, describeFault } from "./scenario/describe-event.ts";
import { momentMs } from "./scenario/values.ts";
import type { Stage } from "./stage.ts";
import type { Metrics } from "./metrics.ts";

type PlannedEvent = Scenario["events"][number];
type ReportedEvent = Result["events"][number];

/** An operator whose write fails tries again. */
const retryMs = 5_000;

/** What came of a command. */
type Outcome =
  | { kind: "done" }
  | { kind: "refused"; problem: string }
  | { kind: "no-answer" };

/** Lets what a scenario plans come to pass, each at its moment, and remembers what did. */
export class ScenarioEvents {
  readonly #scenario: Scenario;
  readonly #stage: Stage;
  readonly #metrics: Metrics;
  /** In the order of time. */
  readonly reported: ReportedEvent[] = [];
  /** Counts a customer's commands: a decision that was overtaken before its moment is none. */
  readonly #commands = new Map<string, number>();

  constructor(scenario: Scenario, stage: Stage, metrics: Metrics) {
    this.#scenario = scenario;
    this.#stage = stage;
    this.#metrics = metrics;
    const { registry } = stage.own;
    if (registry !== null)
      registry.onDrift = (key, text) =>
        this.reported.push({
          atMs: stage.engine.nowMs,
          kind: "note",
          customer: null,
          text: `the registry finds ${key} ${text === null ? "deleted" : `changed to ${JSON.stringify(text)}`}, past it`,
          assumed: false,
        });
    for (const event of scenario.events)
      stage.engine.schedule(momentMs(event.at, scenario.start), () =>
        this.#run(event),
      );
  }

  #run(event: PlannedEvent): void {
    const { command, fault, write, publish, attack, move, announce, note } =
      event;
    const { decline, hold, release, assumed, from = null } = event;
    const report = (
      kind: ReportedEvent["kind"],
      customer: string | null,
      text: string,
    ): void => {
      const atMs = this.#stage.engine.nowMs;
      this.reported.push({ atMs, kind, customer, text, assumed });
    };
    if (command !== undefined)
      this.#command(command, from, (outcome) => {
        const { parsed } = command;
        report(
          "command",
          subjectOf(parsed),
          describeCommand(parsed) + outcomeText(outcome),
        );
      });
    if (write !== undefined) {
      this.#write(write.key, write.text, from);
      report(
        "command",
        null,
        `raw edit: ${write.key} ${write.text === null ? "deleted" : `= ${JSON.stringify(write.text)}`}`,
      );
    }
    if (fault !== undefined) {
      this.#startFault(fault);
      report(
        "fault",
        "customer" in fault ? fault.customer : null,
        describeFault(fault),
      );
    }
    if (publish !== undefined) {
      this.#customer(publish).server.version += 1;
      report("note", publish, `${publish} changes everything on its site`);
    }
    if (attack !== undefined)
      report(
        "fault",
        attack.customer,
        `an attack on ${attack.customer}: ${attack.requestsPerSecond} requests a second`,
      );
    if (move !== undefined) {
      this.#move(this.#customer(move.customer), move.to);
      report(
        "note",
        move.customer,
        `the names of ${move.customer} lead to ${move.to}`,
      );
    }
    if (decline !== undefined) {
      this.#decline(decline.customer, decline.by);
      report(
        "fault",
        decline.customer,
        `${decline.by} decides to serve ${decline.customer} no longer`,
      );
    }
    if (hold !== undefined) {
      const { zone } = this.#stage;
      for (const host of this.#customer(hold).hosts) zone.hold(host);
      report("fault", hold, `the registrar holds the names of ${hold}`);
    }
    if (release !== undefined) {
      const { zone } = this.#stage;
      for (const host of this.#customer(release).hosts) zone.release(host);
      report("note", release, `the names of ${release} exist again`);
    }
    if (announce !== undefined) report("announcement", null, announce);
    if (note !== undefined) report("note", null, note);
  }

  #customer(sought: string): Customer {
    const found = this.#stage.customers.find(({ id }) => id === sought);
    if (found === undefined)
      throw new Error(`the customer ${sought} was not checked`);
    return found;
  }

  /** What the command line does, and what comes of it. An operator whom no registry answers tries again. */
  #command(
    command: PlannedCommand,
    from: string | null,
    report: (outcome: Outcome) => void,
  ): void {
    const outcome = this.#carryOut(command, from);
    report(outcome);
    if (outcome.kind === "no-answer") this.#retry(command, from, report);
  }

  /** Reports once something came of it. */
  #retry(
    command: PlannedCommand,
    from: string | null,
    report: (outcome: Outcome) => void,
  ): void {
    const { engine } = this.#stage;
    engine.schedule(engine.nowMs + retryMs, () => {
      const outcome = this.#carryOut(command, from);
      if (outcome.kind === "no-answer") this.#retry(command, from, report);
      else report(outcome);
    });
  }

  #carryOut(command: PlannedCommand, from: string | null): Outcome {
    const { registry } = this.#stage.own;
    return registry === null
      ? this.#applyToList(command.parsed, from)
      : this.#order(command, registry);
  }

  #order(command: PlannedCommand, registry: SimulatedRegistry): Outcome {
    const result = registry.order(command.given);
    if (result === null) return { kind: "no-answer" };
    if ("problem" in result)
      return { kind: "refused", problem: result.problem };
    this.#expectEffects(command.parsed, Math.floor(this.#stage.engine.nowMs));
    return { kind: "done" };
  }

  /** Reads, applies, writes. */
  #applyToList(command: Command, from: string | null): Outcome {
    const { list } = this.#stage.own;
    const nowMs = Math.floor(this.#stage.engine.nowMs);
    const records = new Map(
      keysOf(command).map((key) => [key, list.latest(key)]),
    );
    const result = apply(records, command, nowMs);
    if (result.kind === "refused") return result;
    for (const [key, text] of result.writes) this.#write(key, text, from);
    this.#expectEffects(command, nowMs);
    return { kind: "done" };
  }

  #write(key: string, text: string | null, from: string | null): void {
    const { own, engine } = this.#stage;
    const written = own.list.write(key, text, { pop: from });
    if (written.kind === "accepted") return;
    const afterMs = written.kind === "failed" ? retryMs : written.retryAfterMs;
    engine.schedule(engine.nowMs + afterMs, () => this.#write(key, text, from));
  }

  /** Which answers will contradict the command, and from when. */
  #expectEffects(command: Command, nowMs: number): void {
    switch (command.kind) {
      case "deny": {
        const { scope, effectiveAtMs, endsAtMs } = command.denial;
        if (scope.hosts !== null || scope.countries !== null) return;
        this.#decide(command.customer, "dark", effectiveAtMs ?? nowMs);
        if (endsAtMs !== null)
          this.#decide(command.customer, "light", endsAtMs);
        return;
      }
      case "restore":
        return this.#decide(command.customer, "light", nowMs);
      case "purge":
        if (command.what.kind === "all")
          this.#decide(command.customer, "fresh", command.atMs ?? nowMs);
        return;
      case "add":
      case "change":
      case "remove":
      case "maintenance":
        return;
    }
  }

  #decide(
    customer: string,
    towards: "dark" | "light" | "fresh",
    atMs: number,
  ): void {
    const { engine } = this.#stage;
    const topic = `${customer} ${towards === "fresh" ? "content" : "standing"}`;
    const command = engine.nowMs;
    this.#commands.set(topic, command);
    engine.schedule(Math.max(atMs, engine.nowMs), () => {
      if (this.#commands.get(topic) !== command) return;
      // One whom a command added has no server, and nobody visits it.
      const { customers } = this.#stage;
      const decided = customers.find(({ id }) => id === customer);
      if (decided === undefined) return;
      const { version } = decided.server;
      this.#metrics.decide(customer, towards, version, atMs);
    });
  }

  #startFault(fault: NonNullable<PlannedEvent["fault"]>): void {
    const { providers } = this.#stage;
    switch (fault.kind) {
      case "supplier-cuts":
        providers.cut(fault.provider);
        return;
      case "supplier-carries":
        providers.restore(fault.provider);
        return;
      // The models know of these from the beginning.
      case "list-down":
      case "list-slow":
      case "edge-errors":
      case "pop-down":
      case "registry-down":
      case "registry-slow":
      case "origin-down":
      case "origin-errors":
      case "origin-slow":
        return;
    }
  }

  /** Its list says so; in front of a bare server nobody decides. */
  #decline(customer: string, provider: string): void {
    const destination = this.#stage.destinations.get(provider);
    if (destination?.kind === "edge")
      destination.list.write(standingKey(customer), "deny", { pop: null });
  }

  /** A provider takes a customer in, and its names lead there. */
  #move(customer: Customer, to: string): void {
    const { destinations, zone } = this.#stage;
    const destination = destinations.get(to);
    if (destination?.kind === "edge" && destination.id !== ownId)
      for (const [key, text] of recordsOf(customer))
        destination.list.write(key, text, { pop: null });
    const ttlSeconds = this.#scenario.dns.ttl / 1_000;
    for (const host of customer.hosts)
      zone.set(host, { target: to, ttlSeconds });
  }
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "done":
      return "";
    case "refused":
      return `, refused: ${outcome.problem}`;
    case "no-answer":
      return ": the registry does not answer";
  }
}

function subjectOf(command: Command): string | null {
  switch (command.kind) {
    case "add":
      return command.site.customer;
    case "change":
    case "remove":
    case "maintenance":
      return null;
    case "deny":
    case "restore":
    case "purge":
      return command.customer;
  }
}
