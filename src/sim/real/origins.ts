import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import { once } from "node:events";
import type { Engine } from "../engine.ts";
import type { Pop } from "../pop.ts";
import type { Server } from "../server.ts";
import { linesOf } from "./fields.ts";

/** The customers' servers as one point of presence reaches them: on loopback, as far away as the model says. */
export class Origins {
  readonly #pop: Pop;
  readonly #engine: Engine;
  readonly #listening: HttpServer[] = [];
  /** What the list says, and where that is on this machine. */
  readonly #urls = new Map<string, string>();

  constructor(pop: Pop, engine: Engine) {
    this.#pop = pop;
    this.#engine = engine;
  }

  async open(servers: Iterable<Server>): Promise<void> {
    for (const server of servers) {
      const http = createServer((request, response) => {
        this.#engine.track(this.#answer(server, request, response));
      });
      http.listen(0, "127.0.0.1");
      await once(http, "listening");
      this.#listening.push(http);
      const address = http.address();
      const port = typeof address === "object" ? (address?.port ?? 0) : 0;
      this.#urls.set(`"https://${server.url}"`, `"http://127.0.0.1:${port}"`);
    }
  }

  close(): void {
    for (const http of this.#listening) {
      http.close();
      http.closeAllConnections();
    }
  }

  /** A record with the addresses that the servers have here. */
  localised(record: string): string {
    let text = record;
    for (const [said, local] of this.#urls) text = text.replaceAll(said, local);
    return text;
  }

  async #answer(
    server: Server,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const oneWayMs = this.#pop.roundTripTo(server.place) / 2;
    await this.#engine.sleep(oneWayMs);
    const url = new URL(request.url ?? "/", `https://${server.url}`);
    const fields = linesOf(request.headersDistinct);
    const { answer, afterMs } = server.ask({ url, fields }, this.#engine.nowMs);
    // One that falls silent keeps the connection.
    if (afterMs === Infinity) return;
    await this.#engine.sleep(afterMs + oneWayMs);
    if (answer.kind === "failed") {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, answer.fields.flat());
    response.end(answer.body instanceof Uint8Array ? answer.body : undefined);
  }
}
