import { performance } from 'node:perf_hooks';
import { failureOf, type RedisFailureReason } from '../../shared/redis/redis-failure';
import type { KeyText } from '../digest';
import type { Charge, Counters, Hit, Unavailable } from './counters';

/** What is told of the store that may fail. */
export interface StoreWatch {
  /** It answered, after so many milliseconds. */
  readonly onAnswer: (durationMs: number) => void;
  readonly onFailure: (reason: RedisFailureReason) => void;
}

/**
 * Counters that go on when their store fails: with others of the node, or, where there are none, by saying so.
 *
 * A failure is never an exception here: Redis being away is one of the things that happen.
 */
export class FaultTolerantCounters implements Counters {
  constructor(
    private readonly store: Counters,
    /** What stands in for the store. */
    private readonly standIn: Counters | undefined,
    private readonly watch: StoreWatch,
  ) {}

  async hit(charges: readonly Charge[], place: KeyText): Promise<Hit | Unavailable> {
    const startedAtMs = performance.now();
    try {
      const hit = await this.store.hit(charges, place);
      this.watch.onAnswer(performance.now() - startedAtMs);
      return hit;
    } catch (error) {
      this.watch.onFailure(failureOf(error).reason);
      return this.standIn ? this.standIn.hit(charges, place) : { unavailable: true };
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.store.close(), this.standIn?.close()]);
  }
}
