import { LRUCache } from 'lru-cache';

/** More ids are not remembered, and not for longer, in milliseconds. */
const MAX_IDS = 10_000;
const TTL_MS = 3_600_000;

/**
 * The ids under which a provider keeps answers, by the ids that clients have seen. A stream shows the id of its first round,
 * since clients reject an id that changes; what the next request continues is the last round.
 */
export class ResponseIds {
  private readonly ids: LRUCache<string, string>;

  constructor(now: () => number) {
    this.ids = new LRUCache({ max: MAX_IDS, ttl: TTL_MS, ttlResolution: 0, perf: { now } });
  }

  add(caller: string, shown: string, kept: string): void {
    this.ids.set(`${caller}\n${shown}`, kept);
  }

  /** The id at the provider; the same one if none is remembered. */
  keptBy(caller: string, shown: string): string {
    return this.ids.get(`${caller}\n${shown}`) ?? shown;
  }
}
