import { request as open, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";

export interface Received {
  status: number;
  fields: IncomingHttpHeaders;
  rawFields: string[];
  body: Buffer;
}

/** One request to the edge on loopback, whatever host it is for; the whole response. */
export function request(
  port: number,
  host: string,
  target: string,
  {
    method = "GET",
    fields = {},
    body,
  }: {
    method?: string;
    fields?: Record<string, string>;
    body?: string | Buffer;
  } = {},
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const asked = open(
      {
        host: "127.0.0.1",
        port,
        path: target,
        method,
        headers: { host, ...fields },
        agent: false,
      },
      (response) => {
        buffer(response).then(
          (received) =>
            resolve({
              status: response.statusCode ?? 0,
              fields: response.headers,
              rawFields: response.rawHeaders,
              body: received,
            }),
          reject,
        );
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}
