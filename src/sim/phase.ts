/** A time in which a model is in trouble: from the first moment on, before the last. */
export interface Phase {
  fromMs: number;
  untilMs: number;
}

export function isDuring({ fromMs, untilMs }: Phase, nowMs: number): boolean {
  return fromMs <= nowMs && nowMs < untilMs;
}
