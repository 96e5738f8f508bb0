import type { Sweep } from "../../../src/sim/report/sweep.ts";

/** Three values of a parameter: with figures enough for an interval, with one, and with none. */
export const sweep: Sweep = {
  scenario: { name: "drop-now", title: "Drop now" },
  partial: false,
  parameter: "kv.cacheTtl",
  figure: "time to dark of forum, p100",
  unit: "s",
  points: [
    {
      value: 30,
      runs: [
        { seed: 1, figure: 29 },
        { seed: 2, figure: 30 },
        { seed: 3, figure: 31 },
      ],
    },
    {
      value: 60,
      runs: [
        { seed: 1, figure: 60 },
        { seed: 2, figure: null },
      ],
    },
    { value: 120, runs: [{ seed: 1, figure: null }] },
  ],
};
