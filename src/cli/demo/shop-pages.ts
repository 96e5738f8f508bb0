import { html, type Layout, type Markup } from "./html.ts";
import { price, products, type Product } from "./products.ts";
import { stylesheet } from "./style.ts";

export const shopStyle = stylesheet({
  accent: "#9a3412",
  accentDark: "#f4a582",
});

export const shopLayout: Layout = {
  name: "Lantern & Loom",
  stylesheet: shopStyle.href,
  links: [
    ["/search", "Search"],
    ["/live", "Live stock"],
    ["/chat", "Echo"],
    ["/cart", "Cart"],
  ],
  footer:
    "A demo shop that npm start serves behind Portcullis. Nothing here is for sale.",
};

export const homePage = html`<img
    class="hero"
    src="/images/dusk.png"
    alt="Dusk over a valley, with lights coming on"
    width="960"
    height="320"
  />
  <h1>Good things for long evenings</h1>
  <p class="lede">
    Six things we would take along ourselves, and nothing else.
    <a href="/offer">This week’s offer</a>
  </p>
  <ul class="cards">
    ${products.map(card)}
  </ul>
  <p class="soft">
    Also here: <a href="/api/products">the range as JSON</a>, and
    <a href="/slow">a page that takes three seconds</a>.
  </p>`;

function card({ slug, name, cents, picture }: Product): Markup {
  return html`<li class="card">
    <img
      class="picture"
      src="/images/${slug}.svg"
      alt="${picture}"
      width="400"
      height="300"
    />
    <h2><a href="/products/${slug}">${name}</a></h2>
    <p class="price">${price(cents)}</p>
  </li>`;
}

export function productPage({
  slug,
  name,
  cents,
  about,
  picture,
}: Product): Markup {
  return html`<div class="split">
    <img
      class="picture"
      src="/images/${slug}.svg"
      alt="${picture}"
      width="400"
      height="300"
    />
    <div>
      <h1>${name}</h1>
      <p class="price">${price(cents)}</p>
      <p>${about}</p>
      <form method="post" action="/cart">
        <input type="hidden" name="product" value="${slug}" />
        <button>Add to cart</button>
      </form>
      <p><a href="/">All products</a></p>
    </div>
  </div>`;
}

export function searchPage(wanted: string): Markup {
  const found = products.filter(({ name, about }) =>
    `${name} ${about}`.toLowerCase().includes(wanted.toLowerCase()),
  );
  return html`<h1>Search</h1>
    <form method="get" action="/search" role="search">
      <label
        >What are you looking for?
        <input type="search" name="q" value="${wanted}" maxlength="100"
      /></label>
      <button>Search</button>
    </form>
    <p>
      ${found.length} of ${products.length}
      products${wanted === "" ? "" : ` match “${wanted}”`}.
    </p>
    <ul class="cards">
      ${found.map(card)}
    </ul>`;
}

export function cartPage(counts: ReadonlyMap<string, number>): Markup {
  const lines = products.filter(({ slug }) => counts.has(slug));
  const total = lines.reduce(
    (sum, { slug, cents }) => sum + cents * (counts.get(slug) ?? 0),
    0,
  );
  const rows = lines.map(
    ({ slug, name, cents }) =>
      html`<li class="card">
        <h2><a href="/products/${slug}">${name}</a></h2>
        <p>${counts.get(slug) ?? 0} × ${price(cents)}</p>
      </li>`,
  );
  return lines.length === 0
    ? html`<h1>Your cart</h1>
        <p>It is empty. <a href="/">Find something</a></p>`
    : html`<h1>Your cart</h1>
        <ul class="rows">
          ${rows}
        </ul>
        <p class="price">Total ${price(total)}</p>`;
}
