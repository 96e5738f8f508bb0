import { html, page } from "./html.ts";
import { products } from "./products.ts";
import { cartPage, shopLayout } from "./shop-pages.ts";
import { readCookie, readForm, seeOther, send, type Visit } from "./site.ts";

/** The cart lives in a cookie: "field-mug.2~storm-lantern.1". */
function cartOf(visit: Visit): Map<string, number> {
  const lines = (readCookie(visit, "cart") ?? "")
    .split("~")
    .map((line) => line.split("."));
  return new Map(
    products.flatMap(({ slug }) => {
      const count = Number(lines.find(([product]) => product === slug)?.[1]);
      return count >= 1 && count <= 99
        ? [[slug, Math.floor(count)] as const]
        : [];
    }),
  );
}

export function showCart(visit: Visit): void {
  send(visit, page(shopLayout, "Your cart", cartPage(cartOf(visit))));
}

export async function addToCart(visit: Visit): Promise<void> {
  const form = await readForm(visit);
  if (form === null) return;
  const slug = form.get("product") ?? "";
  if (!products.some((product) => product.slug === slug)) {
    const main = html`<h1>Not added</h1>
      <p>We have no such product. <a href="/">Back to the shop</a></p>`;
    send(visit, { ...page(shopLayout, "Not added", main), status: 400 });
    return;
  }
  const counts = cartOf(visit);
  counts.set(slug, Math.min(99, (counts.get(slug) ?? 0) + 1));
  const lines = [...counts]
    .map(([product, count]) => `${product}.${count}`)
    .join("~");
  seeOther(visit, "/cart", [
    `cart=${lines}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax`,
    `last-added=${slug}; Path=/; Max-Age=86400; SameSite=Lax`,
  ]);
}
