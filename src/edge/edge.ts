import type { World } from "../ports.ts";
import type { EdgeConfig } from "../config.ts";
import type { Isolate } from "./isolate.ts";

/** What every step may use: how the edge is set up, what the isolate remembers, and the door out. */
export interface Edge {
  config: EdgeConfig;
  isolate: Isolate;
  world: World;
}
