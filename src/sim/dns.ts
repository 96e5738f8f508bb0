/** A name's answer, from the server that knows. */
export interface DnsRecord {
  target: string;
  ttlSeconds: number;
}

/** The authoritative servers: a change is seen by whoever asks next. */
export class Zone {
  readonly #records = new Map<string, DnsRecord>();
  readonly #held = new Set<string>();

  /** Whatever its record says, the name does not exist until it is released (RFC 5731 §2.3: serverHold). */
  hold(name: string): void {
    this.#held.add(name);
  }

  release(name: string): void {
    this.#held.delete(name);
  }

  set(name: string, record: DnsRecord | null): void {
    if (record === null) this.#records.delete(name);
    else this.#records.set(name, record);
  }

  get(name: string): DnsRecord | null {
    return this.#held.has(name) ? null : (this.#records.get(name) ?? null);
  }
}

export interface ResolverSettings {
  /** Records that say less are kept this long nevertheless: RFC 1035 forbids it, some resolvers do. */
  minTtlSeconds: number;
  /** Records that say more are dropped then: RFC 2181 §8 allows it. */
  maxTtlSeconds: number;
  /** How long a name that does not exist is remembered as such: RFC 2308 §5. */
  negativeTtlSeconds: number;
}

/** A resolver that keeps to what records say. */
export const compliantResolver: ResolverSettings = {
  minTtlSeconds: 0,
  maxTtlSeconds: 7 * 86_400,
  negativeTtlSeconds: 300,
};

interface CachedRecord {
  target: string | null;
  expiresAtMs: number;
}

/** What one network's visitors are told, from a cache that all of them share. */
export class Resolver {
  readonly #zone: Zone;
  readonly #settings: ResolverSettings;
  readonly #cached = new Map<string, CachedRecord>();

  constructor(zone: Zone, settings: ResolverSettings) {
    this.#zone = zone;
    this.#settings = settings;
  }

  /** Where a name leads, null when it leads nowhere, as this resolver sees it; a zone out of reach is not modelled. */
  resolve(name: string, nowMs: number): string | null {
    const cached = this.#cached.get(name);
    if (cached !== undefined && nowMs < cached.expiresAtMs)
      return cached.target;
    const record = this.#zone.get(name);
    const target = record?.target ?? null;
    this.#cached.set(name, {
      target,
      expiresAtMs: nowMs + 1_000 * this.#lifetime(record),
    });
    return target;
  }

  #lifetime(record: DnsRecord | null): number {
    const { minTtlSeconds, maxTtlSeconds, negativeTtlSeconds } = this.#settings;
    if (record === null) return negativeTtlSeconds;
    return Math.min(Math.max(record.ttlSeconds, minTtlSeconds), maxTtlSeconds);
  }
}
