import type { Consumer } from '../../../kong/pdk';
import { RecentMap } from '../cache/recent-map';

/** How many names are remembered. */
const MAX_NAMES = 10_000;

/** Consumers of Kong by name, for a short time: each look-up is one more round trip. */
export class Consumers {
  private readonly known: RecentMap<{ readonly consumer: Consumer | undefined; readonly untilMs: number }>;

  constructor(
    private readonly ttlS: number,
    private readonly nowMs: () => number,
  ) {
    this.known = new RecentMap(ttlS === 0 ? 0 : MAX_NAMES);
  }

  /** What is known about a name; undefined if Kong must be asked. */
  get(name: string): { readonly consumer: Consumer | undefined } | undefined {
    const found = this.known.get(name);
    return found && found.untilMs > this.nowMs() ? found : undefined;
  }

  /**
   * Notes Kong's answer and returns the consumer. Kong looks a UUID up by id first: a consumer with another name is not the
   * one that was asked for, since a subject could otherwise name the id of somebody else.
   */
  note(name: string, found: Consumer | undefined): Consumer | undefined {
    const consumer = found?.username === name ? found : undefined;
    this.known.set(name, { consumer, untilMs: this.nowMs() + this.ttlS * 1000 });
    return consumer;
  }
}
