import { html, page, type Markup } from "./html.ts";
import { fixed, send, type Site } from "./site.ts";
import { stylesheet, type Colours } from "./style.ts";

/** A site of one page: what a club or a collector puts up and seldom changes. */
export interface SinglePage {
  name: string;
  lede: string;
  sections: readonly (readonly [heading: string, text: string])[];
  footer: string;
  icon: string;
  colours: Colours;
}

export function openSinglePage(content: SinglePage): Site {
  const { name, lede, sections, footer, icon, colours } = content;
  const style = stylesheet(colours);
  const layout = {
    name,
    stylesheet: style.href,
    links: [["/", "Start"] as const],
    footer,
  };
  const document = (title: string, main: Markup) => ({
    ...page(layout, title, main),
    cacheControl: "public, max-age=60, s-maxage=300",
  });
  const cards = sections.map(
    ([heading, text]) =>
      html`<li class="card">
        <h2>${heading}</h2>
        <p>${text}</p>
      </li>`,
  );
  const whole = html`<h1>${name}</h1>
    <p class="lede">${lede}</p>
    <ul class="cards">
      ${cards}
    </ul>`;
  const missing = html`<h1>Not found</h1>
    <p><a href="/">Start</a></p>`;

  const routes = new Map([
    ["/", fixed(document(name, whole))],
    ["/style.css", fixed(style.content)],
    [
      "/icon.svg",
      fixed({
        type: "image/svg+xml",
        cacheControl: "public, max-age=86400",
        body: icon,
      }),
    ],
  ]);
  return {
    route: (path) => routes.get(path) ?? null,
    notFound: (visit) =>
      send(visit, { ...document("Not found", missing), status: 404 }),
    echoPath: null,
  };
}

export const archive: SinglePage = {
  name: "The Pamphlet Archive",
  lede: "Scans of handbills, tracts and flyers, 1890 to 1990, with the names of those who printed them.",
  sections: [
    [
      "Newly scanned",
      "Forty-one election leaflets from a single attic, in order of increasing anger.",
    ],
    [
      "How to cite",
      "Give the shelf mark and the date you looked. Shelf marks never change; scans improve.",
    ],
    [
      "Lend us yours",
      "We scan and return within a month. Damp paper is welcome, mould is not.",
    ],
  ],
  footer:
    "A demo archive that npm start serves behind Portcullis. If you can read this, it is not dropped.",
  icon: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#5c4a72"/><path d="M9 6h10l5 5v15H9z" fill="#fff"/><path d="M12 15h9M12 19h9M12 23h6" stroke="#5c4a72" stroke-width="2"/></svg>`,
  colours: { accent: "#5c4a72", accentDark: "#c9b6e4" },
};

export const club: SinglePage = {
  name: "Northside Chess Club",
  lede: "Boards out every Tuesday at seven, above the bakery. Beginners sit by the window.",
  sections: [
    [
      "This month",
      "A rapid tournament on the second Tuesday. Seven rounds of ten minutes, and a cake for the last place.",
    ],
    [
      "Lessons",
      "Endings with Mrs Okafor, half an hour before play. Bring a pencil.",
    ],
    [
      "Join",
      "Ten euros a year, and none for anyone under eighteen. Come twice before you decide.",
    ],
  ],
  footer: "A demo club site that npm start serves behind Portcullis.",
  icon: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2f6b4f"/><path d="M11 25h11v-3h-2q2-8-4-15l-1 3q-5 2-5 6l2 1l4-2q-3 3-3 7h-2z" fill="#fff"/></svg>`,
  colours: { accent: "#25603f", accentDark: "#8fd0ae" },
};
