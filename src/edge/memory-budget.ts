const mebibyte = 2 ** 20;

/**
 * What may be held for as long as an isolate lives, in bytes of its 128 MB. Whatever a client can make grow has its share here,
 * and gives way within it. What the shares leave is for the program and for ordinary requests.
 */
export const memoryShares = {
  /** Bodies on their way into the cache, from the PoP cache into memory, or from memory to visitors who take time. */
  bodiesUnderWay: 24 * mebibyte,
  /** Records of the customer list, and hosts that are not in it. */
  records: 16 * mebibyte,
  /** What the registry has decided lately. */
  feed: (3 * mebibyte) / 4,
  /** URLs and fields of large requests that wait for their answer. */
  largeRequests: 8 * mebibyte,
  /** URLs whose answers are for one visitor each. */
  hitForMiss: 4 * mebibyte,
  /** Origin fetches that others may wait for. */
  collapsedFetches: 4 * mebibyte,
  /** Responses whose bodies arrive, without those. */
  arrivingResponses: 2 * mebibyte,
  /** URLs that a write made unusable. */
  invalidations: 2 * mebibyte,
  /** Bodies of the PoP cache that are to be deleted. */
  replacedBodies: mebibyte / 2,
  /** Purges that responses ordered, by customer. */
  groupPurges: mebibyte,
  /** Slices of stored bodies that are asked for. */
  sliceFetches: mebibyte,
  /** Keys of the list that are being read. */
  listReads: mebibyte,
  /** Customers who were refused. */
  refusedCustomers: mebibyte / 2,
  /** Hosts of origins, and whether they may be reached. */
  prohibitedOrigins: mebibyte / 2,
  /** Pages for refused visitors, by what those ask for. */
  pages: mebibyte,
  /** Hosts of which much is missing. */
  confirmedErrors: mebibyte / 2,
} as const;
