import type { Operator } from "../../page/operator.ts";

/** A provider that does not exist, whom the demo's pages name as theirs. */
export const demoOperator: Operator = {
  name: "Causeway Hosting",
  url: "https://causeway.example/",
  contact: "mailto:trust@causeway.example",
  logoSvg:
    '<svg viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round">' +
    '<path d="M2 11h28M5 11v12M16 11v12M27 11v12M5 20a5.5 6 0 0 1 11 0a5.5 6 0 0 1 11 0M2 27h28"/></svg>',
  colours: { accent: "#9a3b5c", accentDark: "#f08fb0" },
};
