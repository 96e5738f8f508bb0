import { ByPriority, type Counted } from "./by-priority.ts";

/**
 * Greedy-Dual-Size-Frequency: what is asked for often and small is worth most, and all that is held loses worth as the clock goes on,
 * which is the priority of what was evicted last.
 *
 * Cherkasova, "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy" (HP Laboratories, HPL-98-69R1,
 * 1998), with a cost of 1 for every object. Uses are counted for as long as an object is held. A newcomer is always held, as in the
 * GreedyDual-Size of Cao and Irani (USITS 1997).
 */
export class Gdsf extends ByPriority {
  protected override priorityOf(
    { uses, size }: Counted,
    clock: number,
  ): number {
    return clock + uses / size;
  }
}
