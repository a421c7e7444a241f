import type { SharedRedis } from '../../../shared/redis/shared-redis';
import type { EncodedParts } from '../../digest';
import type { Window } from '../../windows/window';
import type { Charge, Counters, Hit } from '../counters';
import { HIT, hitArguments, readHitReply } from './hit-script';
import { KeyLayout, type KeyLayoutOptions, type WindowKeys } from './key-layout';

/** The keys and bounds of the counters. */
export interface RedisOptions extends KeyLayoutOptions {
  /** Called for each charge that uses the overflow counter. */
  readonly onOverflow: () => void;
}

/** Counters in Redis, shared by all nodes. A request is one script call, whatever the number of rules and calls. */
export class RedisCounters implements Counters {
  private readonly layout: KeyLayout;
  private readonly onOverflow: () => void;
  private readonly keysOf = (window: Window): WindowKeys => this.layout.keysOf(window);

  constructor(
    private readonly redis: SharedRedis,
    options: RedisOptions,
  ) {
    this.layout = new KeyLayout(options);
    this.onOverflow = options.onOverflow;
  }

  /** Rejects with `RedisFailure` if it is unknown whether anything was spent. */
  async hit(charges: readonly Charge[], hashTag: EncodedParts): Promise<Hit> {
    const { keys, args } = hitArguments(charges, this.layout.prefixOf(hashTag), this.keysOf);
    const reply = (await this.redis.run(HIT, keys, args)) as readonly number[];
    const { hit, overflows } = readHitReply(reply, charges.length);
    for (let i = 0; i < overflows; i++) this.onOverflow();
    return hit;
  }

  close(): Promise<void> {
    return this.redis.release();
  }
}
