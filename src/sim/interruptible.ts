/** Does some work that Ctrl-C does not end but break off: what it has by then is its result. A second Ctrl-C ends the process. */
export async function interruptible<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const abort = new AbortController();
  // Others' listeners would end the process before anything is written.
  const others = process.listeners("SIGINT");
  process.removeAllListeners("SIGINT");
  const interrupt = () => abort.abort();
  process.once("SIGINT", interrupt);
  const value = await work(abort.signal);
  process.off("SIGINT", interrupt);
  for (const listener of others) process.on("SIGINT", listener);
  return value;
}
