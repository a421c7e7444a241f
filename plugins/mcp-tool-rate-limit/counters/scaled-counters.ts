import type { EncodedParts } from '../digest';
import { createWindow } from '../windows/create-window';
import type { Window } from '../windows/window';
import type { Charge, Counters, Hit, Unavailable } from './counters';

/**
 * Counters that allow only a share of each limit: the part of one node while the nodes cannot count together. A limit
 * stays at least the cost of one call.
 */
export class ScaledCounters implements Counters {
  private readonly scaled = new Map<Window, Window>();

  /**
   * @param share of each limit, above 0 up to 1
   * @param costs the cost of a call in each window that charges may name
   */
  constructor(
    private readonly counters: Counters,
    share: number,
    costs: ReadonlyMap<Window, number>,
  ) {
    for (const [window, cost] of costs) {
      const { limit, windowMs, burst } = window.quota;
      const scale = (units: number, min: number): number => Math.max(min, Math.floor(units * share));
      const quota =
        burst === undefined
          ? { limit: scale(limit, cost), windowMs }
          : { limit: scale(limit, 1), windowMs, burst: scale(burst, cost - 1) };
      this.scaled.set(window, createWindow(quota));
    }
  }

  hit(charges: readonly Charge[], hashTag: EncodedParts): Hit | Promise<Hit | Unavailable> {
    const scaled = charges.map((charge) => ({ ...charge, window: this.scaled.get(charge.window) ?? charge.window }));
    return this.counters.hit(scaled, hashTag);
  }

  close(): Promise<void> {
    return this.counters.close();
  }
}
