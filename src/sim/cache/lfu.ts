import { ByPriority, type Counted } from "./by-priority.ts";

/**
 * Least frequently used, counted for as long as an object is held ("in-cache LFU"): what was asked for least goes, and of several such
 * what came to its count longest ago.
 */
export class Lfu extends ByPriority {
  protected override priorityOf({ uses }: Counted): number {
    return uses;
  }
}
