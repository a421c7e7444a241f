import type { KeyText } from '../digest';
import { windowStateOf } from '../windows/create-window';
import type { WindowState } from '../windows/window';
import type { Charge, Counters, Hit, Unavailable } from './counters';

/**
 * Counters that allow a share of each limit: what one node may spend of a limit that all share, while they can't agree.
 * A limit stays at least the cost of one call.
 */
export class ReducedCounters implements Counters {
  private readonly reduced = new Map<WindowState, WindowState>();

  /**
   * @param share of each limit, above 0 up to 1
   * @param costs the windows that charges may name, and the cost of a call in each
   */
  constructor(
    private readonly counters: Counters,
    share: number,
    costs: ReadonlyMap<WindowState, number>,
  ) {
    for (const [window, cost] of costs) {
      const { limit, windowMs, burst } = window.quota;
      const reduce = (units: number, least: number): number => Math.max(least, Math.floor(units * share));
      const quota =
        burst === undefined
          ? { limit: reduce(limit, cost), windowMs }
          : { limit: reduce(limit, 1), windowMs, burst: reduce(burst, cost - 1) };
      this.reduced.set(window, windowStateOf(quota));
    }
  }

  hit(charges: readonly Charge[], place: KeyText): Hit | Promise<Hit | Unavailable> {
    const reduced = charges.map((charge) => ({ ...charge, window: this.reduced.get(charge.window) ?? charge.window }));
    return this.counters.hit(reduced, place);
  }

  close(): Promise<void> {
    return this.counters.close();
  }
}
