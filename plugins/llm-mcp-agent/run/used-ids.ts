import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** More ids are not remembered: the oldest one could then be used again until it expires. */
const MAX_IDS = 10_000;

/** Ids that must not be used again while they are valid. */
export class UsedIds {
  private readonly ids: LRUCache<string, true>;

  constructor(ttlMs: number, now: () => number) {
    this.ids = new LRUCache({ max: MAX_IDS, ttl: ttlMs, ttlResolution: 0, perf: { now } });
  }

  has(id: string): boolean {
    return this.ids.has(keyOf(id));
  }

  add(id: string): void {
    this.ids.set(keyOf(id), true);
  }

  /** Allows an id again: what it stands for was not done. */
  delete(id: string): void {
    this.ids.delete(keyOf(id));
  }
}

/** Ids contain the arguments of a call: a digest is shorter. */
const keyOf = (id: string): string => createHash('sha256').update(id).digest('base64url');
