import { addToCart, showCart } from "./cart.ts";
import { html, page, type Markup } from "./html.ts";
import {
  chatPage,
  chatScript,
  livePage,
  liveScript,
  slowPage,
  stockEvents,
} from "./live.ts";
import { dusk } from "./png.ts";
import { productImage, products, type Product } from "./products.ts";
import {
  homePage,
  productPage,
  searchPage,
  shopLayout,
  shopStyle,
} from "./shop-pages.ts";
import { fixed, send, type Route, type Site, type Visit } from "./site.ts";

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#a63d2f"/><path d="M12 8q4-6 8 0v3h-8zM10 12h12l2 10H8z" fill="#fff3d6"/><rect x="7" y="22" width="18" height="4" rx="2" fill="#fff3d6"/></svg>`;

/** A shop: pages and pictures that may be cached, a cart that may not, and every kind of answer that takes its time. */
export function openShop(): Site {
  const routes = new Map<string, Route>([
    ["/", document(shopLayout.name, homePage)],
    ["/live", document("Live stock", livePage, "/live.js")],
    ["/live.js", asset("text/javascript; charset=utf-8", liveScript)],
    ["/events", { get: stockEvents }],
    ["/chat", document("Echo", chatPage, "/chat.js")],
    ["/chat.js", asset("text/javascript; charset=utf-8", chatScript)],
    ["/style.css", fixed(shopStyle.content)],
    ["/icon.svg", asset("image/svg+xml", icon)],
    ["/images/dusk.png", asset("image/png", dusk())],
    ["/api/products", json(products.map(summary))],
    ["/search", { get: search }],
    ["/cart", { get: showCart, post: addToCart }],
    ["/slow", { get: slowPage }],
    ["/offer", { get: offer }],
    ...products.flatMap((product): [string, Route][] => [
      [
        `/products/${product.slug}`,
        document(product.name, productPage(product)),
      ],
      [
        `/images/${product.slug}.svg`,
        asset("image/svg+xml", productImage(product)),
      ],
      [`/api/products/${product.slug}`, json(summary(product))],
    ]),
  ]);
  return {
    route: (path) => routes.get(path) ?? null,
    notFound,
    echoPath: "/echo",
  };
}

function document(title: string, main: Markup, script?: string): Route {
  return fixed({
    ...page(shopLayout, title, main, script),
    // A shared cache may hold pages a little longer than a browser.
    cacheControl: "public, max-age=15, s-maxage=60, stale-while-revalidate=60",
  });
}

function asset(type: string, body: string | Buffer): Route {
  return fixed({ type, cacheControl: "public, max-age=86400", body });
}

function json(value: unknown): Route {
  return fixed({
    type: "application/json",
    cacheControl: "public, max-age=30",
    body: JSON.stringify(value),
  });
}

function summary({ slug, name, cents, stock, about }: Product) {
  return {
    slug,
    name,
    about,
    price: { currency: "EUR", cents },
    stock,
    image: `/images/${slug}.svg`,
    page: `/products/${slug}`,
  };
}

function search(visit: Visit): void {
  const wanted = (visit.url.searchParams.get("q") ?? "").trim().slice(0, 100);
  send(visit, {
    ...page(shopLayout, "Search", searchPage(wanted)),
    cacheControl: "public, max-age=15",
  });
}

/** Redirects to itself by the only name it knows: its own, not the one that visitors use. */
function offer({ request, response }: Visit): void {
  response
    .writeHead(302, {
      Location: `http://${request.headers.host}/products/storm-lantern?from=offer`,
      "Cache-Control": "no-store",
      "Content-Length": 0,
    })
    .end();
}

const missing = html`<h1>Not found</h1>
  <p>We do not stock that. <a href="/">Back to the shop</a></p>`;

function notFound(visit: Visit): void {
  send(visit, { ...page(shopLayout, "Not found", missing), status: 404 });
}
