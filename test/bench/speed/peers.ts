import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../cli/running.ts";
import { isInstalled } from "./installed.ts";
import type { Server } from "./servers.ts";

/** A proxy of another maker: its program, and what is written and given to it. */
interface Peer {
  name: string;
  program: string;
  /** The argument that only asks for its version. */
  version: string;
  /** Writes what it needs into a folder, and says the arguments to start it with. */
  prepare: (at: {
    folder: string;
    port: number;
    origin: number;
  }) => Promise<readonly string[]>;
}

/** Each caches in memory or on a disk of memory, with one worker or thread, since the runtime has one too. */
const peers: readonly Peer[] = [
  {
    name: "nginx",
    program: "nginx",
    version: "-v",
    prepare: async ({ folder, port, origin }) => {
      const path = join(folder, "nginx.conf");
      await mkdir(join(folder, "cache"));
      await writeFile(
        path,
        `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr crit;
${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  proxy_cache_path ${folder}/cache keys_zone=all:64m max_size=1g;
  upstream origin { server 127.0.0.1:${origin}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_cache all; proxy_cache_lock on; add_header X-Cache-Status $upstream_cache_status;
    }
  }
}
`,
      );
      return ["-c", path, "-p", folder];
    },
  },
  {
    name: "Varnish",
    program: "varnishd",
    version: "-V",
    prepare: async ({ folder, port, origin }) => [
      "-F",
      `-n${join(folder, "varnish")}`,
      "-jnone",
      `-a127.0.0.1:${port}`,
      `-b127.0.0.1:${origin}`,
      "-smalloc,512m",
      "-pthread_pools=1",
    ],
  },
  {
    name: "HAProxy",
    program: "haproxy",
    version: "-v",
    prepare: async ({ folder, port, origin }) => {
      const path = join(folder, "haproxy.cfg");
      await writeFile(
        path,
        `
global
  nbthread 1
cache all
  total-max-size 256
  max-object-size 1048576
  max-age 3600
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend all
  bind 127.0.0.1:${port}
  http-request cache-use all
  http-response cache-store all
  default_backend origin
backend origin
  http-reuse always
  server origin 127.0.0.1:${origin}
`,
      );
      return ["-f", path];
    },
  },
];

/** Those of the peers that are installed, in front of the origin on this port. */
export async function startPeers(origin: number): Promise<[string, Server][]> {
  const started: [string, Server][] = [];
  for (const peer of peers)
    if (await isInstalled(peer.program, peer.version))
      started.push([peer.name, await start(peer, origin)]);
  return started;
}

async function start(
  { name, program, prepare }: Peer,
  origin: number,
): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-bench-"));
  const port = await findFreePort();
  const args = await prepare({ folder, port, origin });
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  const url = `http://127.0.0.1:${port}/stored/1`;
  for (let attempt = 0; !(await isServed(url)); attempt += 1) {
    if (attempt === 100 || child.exitCode !== null)
      throw new Error(`${name} does not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    port,
    // Its work is done by children of its own.
    pid: null,
    close: async () => {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function isServed(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
