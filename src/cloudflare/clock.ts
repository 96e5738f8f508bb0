import type { World } from "../ports.ts";

export const clock: Pick<World, "nowMs" | "wait"> = {
  nowMs: () => Date.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
