import { html, type Markup } from "./html.ts";

export interface Product {
  slug: string;
  name: string;
  cents: number;
  stock: number;
  about: string;
  /** What the picture shows, for those who do not see it. */
  picture: string;
  drawing: Markup;
}

export const products: readonly [Product, ...Product[]] = [
  {
    slug: "storm-lantern",
    name: "Storm lantern",
    cents: 4900,
    stock: 12,
    about:
      "Burns for eighteen hours on one filling and does not mind the wind. The glass lifts out for cleaning.",
    picture: "A red storm lantern with a lit flame",
    drawing: html`<rect width="400" height="300" fill="#e9d8b8" /><path
        d="M160 78q40-60 80 0"
        fill="none"
        stroke="#5b2a22"
        stroke-width="8"
      /><rect
        x="166"
        y="74"
        width="68"
        height="24"
        rx="8"
        fill="#a63d2f"
      /><path
        d="M158 104h84l14 96h-112z"
        fill="#fdf6e3"
        stroke="#a63d2f"
        stroke-width="8"
      /><path d="M200 122q30 44 0 68q-30-24 0-68z" fill="#f2a03d" /><rect
        x="134"
        y="202"
        width="132"
        height="44"
        rx="12"
        fill="#a63d2f"
      />`,
  },
  {
    slug: "enamel-kettle",
    name: "Enamel kettle",
    cents: 3650,
    stock: 7,
    about:
      "Two litres, two layers of enamel and a lid that stays on while you pour. For stove and fire.",
    picture: "A blue enamel kettle with a black handle",
    drawing: html`<rect width="400" height="300" fill="#d5e0dd" /><path
        d="M138 96q62-76 124 0"
        fill="none"
        stroke="#22303a"
        stroke-width="12"
      /><path d="M272 150l52-34l10 14l-46 56z" fill="#2f5d7c" /><path
        d="M124 112h152l24 120q2 16-16 16h-168q-18 0-16-16z"
        fill="#3b7299"
      /><ellipse cx="200" cy="112" rx="78" ry="16" fill="#2f5d7c" /><circle
        cx="200"
        cy="92"
        r="10"
        fill="#22303a"
      />`,
  },
  {
    slug: "wool-blanket",
    name: "Wool blanket",
    cents: 8900,
    stock: 4,
    about:
      "Woven from wool of three colours, none of them dyed. 140 by 200 centimetres, heavy enough for October.",
    picture: "A folded blanket with green and cream stripes",
    drawing: html`<rect width="400" height="300" fill="#efe3d6" /><rect
        x="84"
        y="96"
        width="232"
        height="140"
        rx="18"
        fill="#4d6b52"
      /><path
        d="M84 132h232M84 168h232M84 204h232"
        stroke="#f1ead9"
        stroke-width="12"
      /><path
        d="M100 236v18M124 236v18M148 236v18M172 236v18M196 236v18M220 236v18M244 236v18M268 236v18M292 236v18"
        stroke="#4d6b52"
        stroke-width="5"
      />`,
  },
  {
    slug: "field-mug",
    name: "Field mug",
    cents: 1450,
    stock: 31,
    about:
      "Holds 350 millilitres of anything hot. Chips gain character; the one-year warranty covers holes.",
    picture: "A cream mug with a dark rim, steam above it",
    drawing: html`<rect width="400" height="300" fill="#cfd8c8" /><path
        d="M176 92q-14-18 0-34t0-30M212 92q-14-18 0-34t0-30"
        fill="none"
        stroke="#fff"
        stroke-width="7"
        stroke-linecap="round"
      /><path
        d="M254 138q54 0 54 40t-60 42"
        fill="none"
        stroke="#f6efe0"
        stroke-width="16"
      /><path
        d="M124 112h136v112q0 26-26 26h-84q-26 0-26-26z"
        fill="#fbf6ea"
      /><rect x="120" y="106" width="144" height="12" rx="6" fill="#33403b" />`,
  },
  {
    slug: "rope-hammock",
    name: "Rope hammock",
    cents: 7200,
    stock: 9,
    about:
      "Cotton rope, knotted by hand, with two ash spreader bars. Carries 160 kilograms between any two trees.",
    picture: "A hammock hanging between two trees",
    drawing: html`<rect width="400" height="300" fill="#dbe6ea" /><rect
        x="48"
        y="40"
        width="26"
        height="232"
        fill="#6b5240"
      /><rect x="326" y="40" width="26" height="232" fill="#6b5240" /><circle
        cx="60"
        cy="46"
        r="52"
        fill="#6f8f5f"
      /><circle cx="340" cy="46" r="58" fill="#5f8057" /><path
        d="M74 140q126 150 252 0q-126 76-252 0z"
        fill="#d98e4a"
      /><path
        d="M110 168q90 90 180 0M142 186q58 54 116 0"
        fill="none"
        stroke="#b56f31"
        stroke-width="5"
      /><rect y="266" width="400" height="34" fill="#87a173" />`,
  },
  {
    slug: "trail-notebook",
    name: "Trail notebook",
    cents: 1200,
    stock: 48,
    about:
      "Ninety-six pages that take ink in the rain. Lies flat, fits a back pocket, closes with a band.",
    picture: "A yellow notebook with a pencil beside it",
    drawing: html`<rect width="400" height="300" fill="#e6dde8" /><rect
        x="120"
        y="58"
        width="140"
        height="190"
        rx="8"
        fill="#e0aa3e"
      /><rect
        x="120"
        y="58"
        width="20"
        height="190"
        rx="8"
        fill="#b98425"
      /><rect x="226" y="58" width="8" height="190" fill="#4a3b2a" /><rect
        x="160"
        y="94"
        width="50"
        height="32"
        rx="4"
        fill="#fff4d8"
      /><path d="M288 74l16 0v140l-8 26l-8-26z" fill="#3f6b8a" /><path
        d="M288 214h16l-8 26z"
        fill="#f3dcb9"
      />`,
  },
];

export function productImage({ picture, drawing }: Product): string {
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 400 300"
    width="400"
    height="300"
    role="img"
  >
    <title>${picture}</title>
    ${drawing}
  </svg>`.markup;
}

export function price(cents: number): string {
  return `€ ${(cents / 100).toFixed(2)}`;
}
