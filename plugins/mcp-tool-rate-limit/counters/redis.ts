import type { SharedRedis } from '../../shared/redis/shared-redis';
import { digestOf, type KeyText } from '../keys';
import { Reading } from '../windows/window';
import type { Charge, Counters, Hit } from './counters';
import { HIT } from './redis-script';

/** Counters in Redis, which all nodes share. A hit is one script, whatever the number of rules and calls. */
export class RedisCounters implements Counters {
  /** `namespace` sets the keys apart from those of others on the same server. */
  constructor(
    private readonly redis: SharedRedis,
    private readonly namespace: string,
  ) {}

  /** Rejects with `RedisFailure` when nobody knows whether anything was spent. */
  hit(charges: readonly Charge[], place: KeyText): Promise<Hit> {
    const start = `${this.namespace}:{${digestOf(place).text}}:`;
    const keys: string[] = [];
    const args: string[] = [];
    for (const charge of charges) {
      keys.push(start + keyOf(charge));
      args.push(argumentOf(charge));
    }
    return this.redis.run(HIT, keys, args).then((reply) => hitOf(reply as readonly number[], charges.length));
  }

  close(): Promise<void> {
    return this.redis.release();
  }
}

/** The stored numbers mean the same under another limit or burst, but not under another length. */
function keyOf({ key, window: { quota } }: Charge): string {
  return `${key.text}:${quota.burst === undefined ? 's' : 'p'}${quota.windowMs}`;
}

const argumentOf = ({ window: { quota, partMs }, units, reportOf }: Charge): string =>
  `${quota.limit} ${quota.windowMs} ${quota.burst ?? '-'} ${partMs} ${units} ${reportOf ?? ''}`;

function hitOf(reply: readonly number[], count: number): Hit {
  const number = (at: number): number => reply[at] ?? 0;
  const readings: Reading[] = [];
  for (let at = 1; at <= 3 * count; at += 3) {
    const waitMs = number(at);
    readings.push(new Reading(waitMs < 0 ? Infinity : waitMs, number(at + 1), number(at + 2)));
  }
  return { admitted: number(0) === 1, readings };
}
