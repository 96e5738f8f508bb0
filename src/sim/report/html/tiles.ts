import { markup, type Markup } from "../../../markup.ts";
import type { Result } from "../../result.ts";
import { everybody, failuresOf } from "../subjects.ts";
import { sumOf } from "../counts.ts";
import {
  count,
  counted,
  duration,
  heading,
  share,
  timeTo,
} from "../wording.ts";
import { verdictSign } from "./palette.ts";

interface Tile {
  label: string;
  figure: string;
  tone: "good" | "bad" | "plain";
  detail: string;
}

/** The figures that a hurried reader takes away. */
export function tiles(result: Result): Markup {
  return markup`<dl class="tiles">${[
    ...assertionTile(result),
    ...propagationTiles(result),
    visitorTile(result),
    cacheTile(result),
  ].map(
    ({ label, figure, tone, detail }) =>
      markup`<div><dt><bdi>${label}</bdi></dt><dd class="${tone}">${tone === "plain" ? null : verdictSign(tone)}${figure}</dd><dd>${detail}</dd></div>`,
  )}</dl>`;
}

function assertionTile({ assertions }: Result): Tile[] {
  if (assertions.length === 0) return [];
  const passed = assertions.filter((assertion) => assertion.passed).length;
  const isGood = passed === assertions.length;
  return [
    {
      label: "Assertions",
      figure: `${passed} of ${assertions.length}`,
      tone: isGood ? "good" : "bad",
      detail: isGood
        ? "passed"
        : `passed; ${count(assertions.length - passed)} failed`,
    },
  ];
}

/** The first decision of each kind; the section on propagation has them all. */
function propagationTiles({ propagations }: Result): Tile[] {
  const firsts = new Map(
    propagations
      .toReversed()
      .map((propagation) => [propagation.towards, propagation]),
  );
  return propagations
    .filter((propagation) => firsts.get(propagation.towards) === propagation)
    .map((propagation) => ({
      label: heading(`${timeTo(propagation)}: ${propagation.customer}`),
      figure: duration(propagation.p100Seconds),
      tone: "plain",
      detail: `all of ${counted(propagation.pops.length, "PoP")}; half after ${duration(propagation.p50Seconds)}`,
    }));
}

function visitorTile(result: Result): Tile {
  const { metrics } = everybody(result);
  const failed = failuresOf(metrics);
  return {
    label: "Requests of visitors",
    figure: count(sumOf(metrics)),
    tone: "plain",
    detail:
      failed === 0
        ? "none met an error"
        : `${share(failed, sumOf(metrics))} met an error or nobody`,
  };
}

function cacheTile({ cache }: Result): Tile {
  const requests = cache.reduce((sum, pop) => sum + pop.requests, 0);
  const hits = cache.reduce((sum, pop) => sum + pop.hits, 0);
  return {
    label: "Cache hits",
    figure: share(hits, requests),
    tone: "plain",
    detail: `of ${counted(requests, "look-up")}`,
  };
}
