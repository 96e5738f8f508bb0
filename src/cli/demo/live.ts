import { setTimeout as pause } from "node:timers/promises";
import { html, page } from "./html.ts";
import { products } from "./products.ts";
import { shopLayout } from "./shop-pages.ts";
import { send, type Visit } from "./site.ts";

/** `?seconds=` from 0 to 60 says how slow. */
export async function slowPage(visit: Visit): Promise<void> {
  const seconds = Math.min(
    60,
    Math.max(0, Number(visit.url.searchParams.get("seconds") ?? 3) || 0),
  );
  await pause(seconds * 1000);
  const main = html`<h1>Worth the wait</h1>
    <p>
      This page took ${seconds} seconds on purpose.
      <a href="/">Back to the shop</a>
    </p>`;
  send(visit, page(shopLayout, "Worth the wait", main));
}

/** Server-Sent Events: one at once, then one every second for as long as somebody listens. */
export function stockEvents({ request, response }: Visit): void {
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
  });
  if (request.method === "HEAD") return void response.end();
  let id = Number(request.headers["last-event-id"]) || 0;
  const tell = () => response.write(stockEvent((id += 1)));
  tell();
  const everySecond = setInterval(tell, 1000);
  response.once("close", () => clearInterval(everySecond));
}

function stockEvent(id: number): string {
  const { slug, name, stock } = products[id % products.length] ?? products[0];
  const news = JSON.stringify({ slug, name, left: 1 + ((stock + id) % 12) });
  return `id: ${id}\nevent: stock\ndata: ${news}\n\n`;
}

export const livePage = html`<h1>Live stock</h1>
  <p class="lede">
    What is left on the shelf, told by Server-Sent Events as it changes.
  </p>
  <p><output id="state">Connecting…</output></p>
  <ul class="rows" id="stock"></ul>`;

export const liveScript = `const rows = new Map();
const source = new EventSource("/events");
const state = document.getElementById("state");
source.onopen = () => (state.textContent = "Connected.");
source.onerror = () => (state.textContent = "The connection ended; trying again.");
source.addEventListener("stock", ({ data }) => {
  const { slug, name, left } = JSON.parse(data);
  if (!rows.has(slug)) {
    const row = document.createElement("li");
    row.className = "card";
    rows.set(slug, document.getElementById("stock").appendChild(row));
  }
  rows.get(slug).textContent = name + ": " + left + " left";
});
`;

export const chatPage = html`<h1>Echo</h1>
  <p class="lede">A WebSocket that sends back what you write.</p>
  <form id="form">
    <label
      >Message
      <input name="message" autocomplete="off" maxlength="500" required
    /></label>
    <button>Send</button>
  </form>
  <p><output id="log">Connecting…</output></p>`;

export const chatScript = `const log = document.getElementById("log");
const socket = new WebSocket(location.origin.replace("http", "ws") + "/echo");
const say = (text) => (log.textContent = text + "\\n" + log.textContent);
socket.onopen = () => say("Connected.");
socket.onclose = () => say("The connection ended.");
socket.onmessage = ({ data }) => say("Echo: " + data);
document.getElementById("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const { message } = event.target.elements;
  socket.send(message.value);
  message.value = "";
});
`;
