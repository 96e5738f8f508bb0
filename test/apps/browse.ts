import { request, type Received } from "../workerd/request.ts";

/** A browser as far as sites with sessions need one: it keeps cookies, and sends what browsers send. */
export class Visitor {
  readonly #port: number;
  readonly #host: string;
  readonly #cookies = new Map<string, string>();

  /** `host` is what the visitor types; `port` may be the edge's or the application's own. */
  constructor(port: number, host: string) {
    this.#port = port;
    this.#host = host;
  }

  get(target: string): Promise<Received> {
    return this.#ask("GET", target, {});
  }

  post(target: string, form: Record<string, string>): Promise<Received> {
    return this.#ask("POST", target, {
      body: String(new URLSearchParams(form)),
      fields: {
        "content-type": "application/x-www-form-urlencoded",
        origin: `http://${this.#host}`,
      },
    });
  }

  async #ask(
    method: string,
    target: string,
    { body, fields = {} }: { body?: string; fields?: Record<string, string> },
  ): Promise<Received> {
    const cookie = [...this.#cookies]
      .map(([name, value]) => `${name}=${value}`)
      .join("; ");
    const received = await request(this.#port, this.#host, target, {
      method,
      fields: {
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0",
        "accept-language": "en",
        ...(body !== undefined && {
          "content-length": String(Buffer.byteLength(body)),
        }),
        ...(cookie !== "" && { cookie }),
        ...fields,
      },
      ...(body !== undefined && { body }),
    });
    for (const line of received.fields["set-cookie"] ?? []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return received;
  }
}
