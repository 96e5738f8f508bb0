import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  request as open,
  type IncomingMessage,
  type RequestListener,
} from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sliceBytes } from "../../src/edge/stored-body.ts";
import { visitPage } from "../browser.ts";
import { runtimes } from "../cli/running.ts";
import { request } from "./request.ts";
import { origin, startRig, type Rig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const film = wave(170);
const most = 1.3 * film.length;
/** Of the film, in an order that nobody would watch it in. */
const places = [0, 0.97, 0.1, 0.83, 0.47, 0.27, 0.67, 0.37, 0.9, 0.17];

/** A WAV file of about 30 MB, which Chromium plays without a codec: PCM of 16 bits, two channels, 44.1 kHz. Each four bytes of it differ. */
function wave(seconds: number): Buffer {
  const bytesPerSecond = 44_100 * 4;
  const file = Buffer.alloc(44 + seconds * bytesPerSecond);
  for (let at = 44; at < file.length; at += 4) file.writeUInt32LE(at, at);
  file.write("RIFF    WAVEfmt ", "latin1");
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(2, 22);
  file.writeUInt32LE(44_100, 24);
  file.writeUInt32LE(bytesPerSecond, 28);
  file.writeUInt16LE(4, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(file.length - 44, 40);
  return file;
}

/** A site of the film and a page that shows it. What it is asked for counts in full, even if the edge leaves before the end. */
async function cinema(id: string) {
  const counted = { bytes: 0 };
  const listener: RequestListener = (asked, answer) => {
    if (asked.url !== "/film") {
      answer.setHeader("Content-Type", "text/html");
      return answer.end("<video src=/film preload=metadata></video>");
    }
    const [, from, to] =
      /^bytes=(\d+)-(\d*)$/.exec(asked.headers.range ?? "") ?? [];
    const first = Number(from ?? 0);
    const end = Math.min(to ? Number(to) + 1 : Infinity, film.length);
    counted.bytes += end - first;
    answer.writeHead(from === undefined ? 200 : 206, {
      "Content-Type": "audio/wav",
      "Content-Length": end - first,
      ...(from !== undefined && {
        "Content-Range": `bytes ${first}-${end - 1}/${film.length}`,
      }),
      "Cache-Control": "max-age=600",
      ETag: '"film"',
    });
    return answer.end(film.subarray(first, end));
  };
  await rig.site(id, [await origin(listener)]);
  return counted;
}

/** Asks for all from there on, as players do, and leaves after about a megabyte. */
async function seek(host: string, first: number): Promise<Buffer> {
  const asked = open({
    host: "127.0.0.1",
    port: rig.port,
    path: "/film",
    headers: { host, range: `bytes=${first}-` },
    agent: false,
  }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  expect(answer.statusCode).toBe(206);
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length >= 1_000_000) break;
  }
  return Buffer.concat(parts);
}

test("ten seeks that are broken off take no more than 1.3 times the film from the origin, nor do ten more", async () => {
  const counted = await cinema("seeks");
  for (const place of [...places, ...places]) {
    const first = Math.floor(place * film.length);
    const seen = await seek("seeks.localhost", first);
    const meant = film.subarray(first, first + seen.length);
    expect(seen.equals(meant)).toBe(true);
  }
  expect(counted.bytes).toBeLessThanOrEqual(most);
});

test("ten seeks in Chromium take no more than 1.3 times the film from the origin", async () => {
  const counted = await cinema("player");
  const url = `http://player.localhost:${rig.port}/`;
  await visitPage(url, {}, async (page) => {
    const video = page.locator("video");
    await video.evaluate(
      (it: HTMLVideoElement) =>
        it.readyState > 0 ||
        new Promise((resolve) =>
          it.addEventListener("loadedmetadata", resolve),
        ),
    );
    for (const place of places) {
      const reached = await video.evaluate(
        async (it: HTMLVideoElement, share) => {
          const seeked = new Promise((resolve) => {
            it.addEventListener("seeked", resolve, { once: true });
          });
          it.currentTime = it.duration * share;
          await seeked;
          return it.currentTime / it.duration;
        },
        place,
      );
      expect(reached).toBeCloseTo(place, 2);
    }
  });
  expect(counted.bytes).toBeLessThanOrEqual(most);
});

// Only Linux says what a process has read.
test.runIf(process.platform === "linux")(
  "a deep range of a stored film is read from the PoP cache at the cost of a shallow one",
  async () => {
    const counted = await cinema("deep");
    const whole = await request(rig.port, "deep.localhost", "/film");
    expect(whole.body.equals(film)).toBe(true);
    const bytesRead = () => {
      const [runtime] = runtimes(process.pid);
      const text = readFileSync(`/proc/${runtime}/io`, "latin1");
      return Number(/rchar: (\d+)/.exec(text)?.[1]);
    };
    const costs: number[] = [];
    for (const slice of [0, 14, 24]) {
      const before = bytesRead();
      const first = slice * sliceBytes;
      const range = `bytes=${first}-${first + 99_999}`;
      const { body } = await request(rig.port, "deep.localhost", "/film", {
        fields: { range },
      });
      expect(body.equals(film.subarray(first, first + 100_000))).toBe(true);
      costs.push(bytesRead() - before);
    }
    const [shallow = 0, ...deeper] = costs;
    expect(shallow).toBeGreaterThanOrEqual(100_000);
    for (const cost of deeper)
      expect(cost).toBeLessThanOrEqual(shallow + sliceBytes / 2);
    expect(counted.bytes).toBe(film.length);
  },
);
