import { cacheControlOf } from "./history.ts";
import type { Run } from "./run.ts";

/** Counts what occurred in the runs, so that one sees that everything did. */
export class Tally {
  requests = 0;
  histories = 0;
  readonly #counts = new Map<string, number>();

  add({ history, observations, exchanges }: Run): void {
    this.histories += 1;
    this.requests += observations.length;
    for (const { policies, vary, lengths } of history.resources) {
      for (const policy of policies)
        for (const directive of (cacheControlOf(policy) ?? "none").split(", "))
          this.#count(`directive ${directive.replace(/=.*/, "")}`);
      for (const name of vary) this.#count(`vary ${name}`);
      for (const length of lengths) this.#count(`length ${length}`);
    }
    for (const step of history.steps)
      this.#count(
        step.kind === "fault"
          ? `origin ${step.fault}`
          : step.kind === "write"
            ? step.method
            : `step ${step.kind}`,
      );
    for (const { status, outcome, step } of observations) {
      this.#count(`status ${status ?? "none"}`);
      this.#count(`outcome ${outcome}`);
      if (step.kind !== "request") continue;
      this.#count(step.method);
      this.#count(`reader ${step.reader.kind}`);
      if (step.range !== null) this.#count("with Range");
      if (step.condition !== null) this.#count(`with ${step.condition.field}`);
      if (step.copies === 20) this.#count("in a crowd of 20");
    }
    for (const { answer } of exchanges) this.#count(`exchange ${answer.kind}`);
  }

  text(): string {
    const counts = [...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return [
      `${this.requests} requests in ${this.histories} histories`,
      ...counts.map(([name, count]) => `${String(count).padStart(9)}  ${name}`),
    ].join("\n");
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
}
