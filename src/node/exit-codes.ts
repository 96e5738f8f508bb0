/** What the commands of this project end with. */
export const exitCodes = {
  done: 0,
  /** Refused, or failed; of a scenario, an assertion did. */
  failed: 1,
  /** An option or argument is mistaken. */
  usage: 2,
  "found-problems": 3,
  /** By Ctrl-C: 128 and the signal's number. */
  interrupted: 130,
  /** Whoever read the output has gone: 128 and SIGPIPE's number. */
  brokenPipe: 141,
} as const;

export type Exit = keyof typeof exitCodes;
