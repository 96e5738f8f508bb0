/**
 * The reason for which a stream is broken off on purpose. The runtime takes an error marked `retryable` for a lost
 * connection: it closes the peer's connection before the message is complete, as for any other reason, but does not
 * print "Uncaught exception" for it.
 */
export function disconnection(message: string): Error {
  return Object.assign(new Error(message), { retryable: true });
}
