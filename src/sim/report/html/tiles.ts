import { markup, type Markup } from "../../../page/markup.ts";
import type { Result } from "../../result.ts";
import { everybody, failuresOf } from "../subjects.ts";
import { sumOf } from "../tally.ts";
import {
  count,
  counted,
  duration,
  heading,
  share,
  timeTo,
} from "../wording.ts";
import { verdictSign } from "./paint.ts";

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
    ...spreadTiles(result),
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

/** The first decision of each kind; the section on spreading has them all. */
function spreadTiles({ spreads }: Result): Tile[] {
  const firsts = new Map(
    spreads.toReversed().map((spread) => [spread.towards, spread]),
  );
  return spreads
    .filter((spread) => firsts.get(spread.towards) === spread)
    .map((spread) => ({
      label: heading(`${timeTo(spread)}: ${spread.customer}`),
      figure: duration(spread.p100Seconds),
      tone: "plain",
      detail: `all of ${counted(spread.pops.length, "PoP")}; half after ${duration(spread.p50Seconds)}`,
    }));
}

function visitorTile(result: Result): Tile {
  const { tally } = everybody(result);
  const failed = failuresOf(tally);
  return {
    label: "Requests of visitors",
    figure: count(sumOf(tally)),
    tone: "plain",
    detail:
      failed === 0
        ? "none met an error"
        : `${share(failed, sumOf(tally))} met an error or nobody`,
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
