import { markup, type Markup } from "../../markup.ts";
import type { Result } from "../result.ts";
import { answersOf } from "./answer.ts";
import { document, emblem } from "./html/document.ts";
import { eventsSection } from "./html/events.ts";
import { timelineSection } from "./html/timeline.ts";
import { infrastructureSection } from "./html/infrastructure.ts";
import { mapSection } from "./html/map.ts";
import { verdictSign } from "./html/palette.ts";
import { script } from "./html/script.ts";
import { propagationSection } from "./html/propagation.ts";
import { table, text } from "./html/table.ts";
import { tiles } from "./html/tiles.ts";
import { visitorsSection } from "./html/visitors.ts";
import { counted, duration, instant } from "./wording.ts";

/** One page that holds everything: it asks nothing of the network, and nothing but its own sheet and script may take effect in it. */
export function reportHtml(result: Result): string {
  const { title, description } = result.scenario;
  return document(
    title,
    markup`<header>
<p class="brand">${emblem}Portcullis simulation</p>
<h1><bdi>${title}</bdi></h1>
${description === "" ? null : markup`<p class="lead"><bdi>${description}</bdi></p>`}
${facts(result)}
${result.partial ? partial(result) : null}
${answers(result)}
${tiles(result)}
${contents(result)}
</header>
<main>
${assertionsSection(result)}
${eventsSection(result)}
${propagationSection(result)}
${mapSection(result)}
${timelineSection(result)}
${visitorsSection(result)}
${infrastructureSection(result)}
</main>
<footer><p>Scenario <code>${result.scenario.name}</code>, seed ${result.seed}, ${result.runtime} time. All times in UTC. The same scenario and seed give the same report.</p></footer>`,
    script,
  );
}

function facts(result: Result): Markup {
  const { startedAtMs, endedAtMs, pops, customers, providers } = result;
  return markup`<ul class="facts"><li>${duration((endedAtMs - startedAtMs) / 1000)} from ${instant(startedAtMs)}</li><li>${counted(pops.length, "PoP")}</li><li>${counted(customers.length, "customer")}</li><li>${counted(providers.length, "provider")}</li><li>seed ${result.seed}</li></ul>`;
}

function answers(result: Result): Markup | null {
  const all = answersOf(result);
  return all.length === 0
    ? null
    : markup`<ul class="answers">${all.map((answer) => markup`<li><bdi>${answer}</bdi></li>`)}</ul>`;
}

function partial({ endedAtMs }: Result): Markup {
  return markup`<p class="partial"><strong>Partial.</strong> The run was broken off at ${instant(endedAtMs)} of its own time; the figures hold until then.</p>`;
}

function contents({ propagations, assertions }: Result): Markup {
  const links = [
    ...(assertions.length > 0 ? [["assertions", "Assertions"] as const] : []),
    ["events", "Events"],
    ...(propagations.length > 0
      ? [["propagation", "Propagation"] as const]
      : []),
    ["map", "Map"],
    ["timeline", "Timeline"],
    ["visitors", "Visitors"],
    ["infrastructure", "Infrastructure"],
  ] as const;
  return markup`<nav aria-label="Contents"><ul>${links.map(([id, label]) => markup`<li><a href="#${id}">${label}</a></li>`)}</ul></nav>`;
}

function assertionsSection({ assertions }: Result): Markup | null {
  if (assertions.length === 0) return null;
  return markup`<section aria-labelledby="assertions"><h2 id="assertions">Assertions</h2>
${table(
  "Assertions",
  ["Expected", "Found", "Verdict"].map(text),
  assertions.map(({ text: expected, found, passed }) => [
    expected,
    found,
    passed
      ? markup`<span class="verdict passed">${verdictSign("good")}passed</span>`
      : markup`<span class="verdict failed">${verdictSign("bad")}failed</span>`,
  ]),
)}
</section>`;
}
