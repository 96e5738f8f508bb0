import { outcomes } from "../../result.ts";
import { colours } from "./palette.ts";

const page = {
  light: {
    paper: "#ffffff",
    panel: "#f4f5f7",
    ink: "#161a21",
    soft: "#555d6a",
    rule: "#dadee4",
    accent: "#0b62a8",
    land: "#e4e7ec",
    good: "#11713f",
    bad: "#b3290f",
  },
  dark: {
    paper: "#12151a",
    panel: "#1c2027",
    ink: "#eceef2",
    soft: "#a5adb9",
    rule: "#353b45",
    accent: "#63b4ea",
    land: "#2a303a",
    good: "#5fcf95",
    bad: "#ff8f75",
  },
};

function palette(theme: "light" | "dark"): string {
  return [
    ...Object.entries(page[theme]),
    ...outcomes.map((outcome) => [outcome, colours[outcome][theme]]),
  ]
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");
}

/** The page's style sheet: on paper always light, plots in the size that fits. */
export const stylesheet = `:root{color-scheme:light dark;${palette("light")}}
@media screen and (prefers-color-scheme:dark){:root{${palette("dark")}}}
*{box-sizing:border-box;margin:0}
html{scroll-behavior:auto;-webkit-text-size-adjust:100%}
body{background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:58rem;margin-inline:auto;padding-inline:1.5rem}
header{padding-block:3rem 0}
.brand{display:flex;align-items:center;gap:.6rem;color:var(--soft);font-weight:600}
.brand svg{width:1.5rem;height:1.5rem;color:var(--accent)}
h1{margin-block:1rem .75rem;font-size:clamp(1.75rem,1.2rem + 2.4vw,2.75rem);line-height:1.15;letter-spacing:-.015em;text-wrap:balance}
.lead{max-width:44rem;font-size:1.125rem;text-wrap:pretty}
.answers{margin-block-start:1.25rem;padding-inline-start:1.25rem;max-inline-size:44rem;font-size:1.0625rem}.answers li+li{margin-block-start:.375rem}
.facts{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-block-start:1rem;padding:0;list-style:none;color:var(--soft);font-size:.875rem}
.partial{margin-block-start:1.5rem;padding:.75rem 1rem;border:2px dashed var(--bad);border-radius:.5rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin-block-start:2rem}
.tiles>div{padding:.875rem 1rem;border-radius:.75rem;background:var(--panel)}
.tiles dt{color:var(--soft);font-size:.875rem}
.tiles dd{text-wrap:balance;font-size:.875rem;color:var(--soft)}
.tiles dd:first-of-type{color:var(--ink);font-size:1.5rem;font-weight:650;line-height:1.25;letter-spacing:-.01em}
.tiles .good{color:var(--good)}.tiles .bad{color:var(--bad)}
nav{margin-block-start:1.75rem;padding-block:.75rem;border-block:1px solid var(--rule);font-size:.9375rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;list-style:none}
section{margin-block-start:3.5rem}
h2{margin-block-end:.75rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.01em}
h3{display:inline;font-size:1.0625rem}
section>p{max-width:44rem;margin-block-end:1rem;text-wrap:pretty}
.soft{color:var(--soft);font-size:.875rem;font-weight:400}
figure,.pair>div{margin-block-start:1.5rem;min-width:0}
figcaption{margin-block-end:.5rem}
.plot+.soft{margin-block-start:.5rem}
.pair{display:grid;gap:0 2rem}
.stack>figure+figure{margin-block-start:2.25rem}
.plot{display:block;width:100%;height:auto;font:12px/1 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums;overflow:visible}
.plot.wide,.definitions{display:none}
.definitions{display:block;position:absolute}
.close{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.75rem;margin-block-start:.75rem}
.close figcaption{margin:0;color:var(--soft);font-size:.875rem}
.close figure{margin:0}
.close .map{border:1px solid var(--rule);border-radius:.5rem}
.close{--mark:1.5}
.map{display:block;width:100%;height:auto}
.land{fill:var(--land)}
.pops use{transform:scale(var(--mark));stroke:var(--paper);stroke-width:.6}
.texture{fill:none;stroke:var(--paper);stroke-width:1.6;stroke-opacity:.75}
.fill-none{fill:var(--soft)}
${outcomes.map((outcome) => `.fill-${outcome}{fill:var(--${outcome})}`).join("\n")}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-block:.75rem;padding:0;list-style:none;font-size:.875rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.legend li[hidden]{display:none}
.swatch{width:1.125rem;height:.75rem;overflow:visible}
.bar{display:block;margin-block-start:.3rem;width:8rem;height:.75rem;border-radius:2px}
.moment b{font-variant-numeric:tabular-nums}
.moment .soft{display:block}
#controls{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem;margin-block:.75rem}
#controls[hidden]{display:none}
.slide{display:flex;flex:1 1 20rem;align-items:center;gap:.75rem}
.slide input{flex:1;min-width:0;min-height:1.5rem;accent-color:var(--accent)}
.jumps{display:flex;flex-wrap:wrap;gap:.375rem;flex-basis:100%}
button,select{min-height:1.75rem;padding:.25rem .75rem;border:1px solid var(--soft);border-radius:.375rem;background:var(--paper);color:inherit;font:inherit;font-size:.875rem;cursor:pointer}
#play{min-width:4.5rem;border-color:var(--accent);background:var(--accent);color:var(--paper);font-weight:600}
.scroll{margin-block:.75rem;overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
th,td{padding:.375rem .75rem;border-block-end:1px solid var(--rule);text-align:start;vertical-align:top}
:is(th,td):first-child{padding-inline-start:0}
:is(th,td):last-child{padding-inline-end:0}
thead th{color:var(--soft);font-weight:500;vertical-align:bottom}
tbody th{font-weight:600}
th.figures,td.figures{text-align:end;white-space:nowrap}
details{margin-block:.5rem;font-size:.875rem}
details .scroll{max-height:24rem;overflow:auto}
summary{width:fit-content;padding-block:.25rem;color:var(--accent);cursor:pointer}
a{color:var(--accent);text-decoration-thickness:1px;text-underline-offset:.2em}
a:hover,summary:hover{text-decoration:underline;text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
.verdict{font-weight:650;white-space:nowrap}
.verdict.passed{color:var(--good)}.verdict.failed{color:var(--bad)}
.kind{color:var(--soft)}
.assumed{padding-inline:.375rem;border:1px dashed var(--soft);border-radius:.375rem;color:var(--soft);font-size:.75rem;white-space:nowrap}
footer{padding-block:4rem 3rem;color:var(--soft);font-size:.875rem}
footer p{padding-block-start:1.5rem;border-block-start:1px solid var(--rule)}
time{white-space:nowrap}
.sign{width:.75em;height:.75em;margin-inline-end:.35em;fill:none;stroke:currentColor;stroke-width:2.25;stroke-linecap:round}
@media (min-width:44rem){.plot.wide{display:block}.plot.narrow{display:none}:root{--mark:1}.pair{grid-template-columns:repeat(2,minmax(0,1fr))}}
@media print{@page{margin:14mm}html{font-size:75%}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}header{padding-block:0}header,main,footer{max-width:none;padding-inline:0}nav,#controls,details{display:none}.plot.wide{display:block}.plot.narrow{display:none}:root{--mark:1}.pair{grid-template-columns:repeat(2,minmax(0,1fr))}.stack figure,.pair figure,#world,.tiles,tr{break-inside:avoid}h2,h3,figcaption{break-after:avoid}.scroll{overflow:visible}}
`;
