import { performance } from 'node:perf_hooks';
import { failureOf, type RedisFailureReason } from '../../shared/redis/redis-failure';
import type { EncodedParts } from '../digest';
import type { Charge, Counters, Hit, Unavailable } from './counters';

/** Notified of every request to the store. */
export interface StoreObserver {
  readonly onResponse: (durationMs: number) => void;
  readonly onFailure: (reason: RedisFailureReason) => void;
}

/**
 * Counters that keep working when their store fails: they count with the backup, or return {@link Unavailable} without
 * one. Never rejects because of the store.
 */
export class FaultTolerantCounters implements Counters {
  constructor(
    private readonly store: Counters,
    private readonly backup: Counters | undefined,
    private readonly observer: StoreObserver,
  ) {}

  async hit(charges: readonly Charge[], hashTag: EncodedParts): Promise<Hit | Unavailable> {
    const startedAtMs = performance.now();
    try {
      const hit = await this.store.hit(charges, hashTag);
      this.observer.onResponse(performance.now() - startedAtMs);
      return hit;
    } catch (error) {
      this.observer.onFailure(failureOf(error).reason);
      return this.backup ? this.backup.hit(charges, hashTag) : { unavailable: true };
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.store.close(), this.backup?.close()]);
  }
}
