import type { SharedRedis } from '../../../shared/redis/shared-redis';
import { digestOf, keyText, type KeyText } from '../../digest';
import type { Rule } from '../../rules';
import { lifetimeMsOf, Reading, type Quota, type WindowState } from '../../windows/window';
import type { Charge, Claim, Counters, Hit } from '../counters';
import { HIT } from './hit-script';

/** Where in Redis the counters of a configuration are, and how many there may be. */
export interface RedisOptions {
  /** Sets the keys apart from those of others on the same server. */
  readonly namespace: string;
  /** Sets the keys apart from those of other configurations. */
  readonly scope: KeyText;
  readonly rules: readonly Pick<Rule, 'id' | 'windows'>[];
  /** What the counters may take. */
  readonly maxBytes: number;
  /** A further bound of their number. */
  readonly maxKeys?: number;
  /** In a cluster: the counters of callers are spread over several slots, where no request needs those of two. */
  readonly isCluster: boolean;
  /** Called for each charge for whose counter there was no room. */
  readonly onOverflow: () => void;
}

/** What is the same for all counters of a window. */
interface WindowKeys {
  /** The stored numbers mean the same under another limit or burst, but not under another length. */
  readonly suffix: string;
  readonly overflow: string;
  readonly number: string;
  /** How many counters there may be, at one place. */
  readonly bound: number;
  /** How an argument of the script begins. */
  readonly quota: string;
}

/** Slots that the counters of a configuration are spread over in a cluster, at most; and what each must have room for. */
const MAX_PLACES = 256;
const LEAST_KEYS_OF_PLACE = 64;

/** Bytes of a counter in Redis 7, without and for each pair of numbers: 225 for a paced one, 823 for 34 pairs, measured. */
const BYTES_OF_KEY = 208;
const BYTES_OF_ENTRY = 19;

const CLAIMS: Readonly<Record<Claim, string>> = { known: 'k', made_up: 'm', none: 'n' };

/** Counters in Redis, which all nodes share. A hit is one script, whatever the number of rules and calls. */
export class RedisCounters implements Counters {
  private readonly start: string;
  private readonly places: number;
  private readonly windows: ReadonlyMap<WindowState, WindowKeys>;

  constructor(
    private readonly redis: SharedRedis,
    private readonly options: RedisOptions,
  ) {
    this.start = `${options.namespace}:{${digestOf(options.scope).text}`;
    const { keys, lifetimes } = boundOf(options);
    this.places = options.isCluster ? Math.max(1, Math.min(MAX_PLACES, Math.floor(keys / LEAST_KEYS_OF_PLACE))) : 1;
    const bound = Math.max(1, Math.floor(keys / lifetimes / this.places));
    this.windows = new Map(
      options.rules.flatMap(({ id, windows }) =>
        windows.map((window) => [window, windowKeysOf(window, bound, digestOf(options.scope + keyText([id])).text)]),
      ),
    );
  }

  /** Rejects with `RedisFailure` when nobody knows whether anything was spent. */
  hit(charges: readonly Charge[], place: KeyText): Promise<Hit> {
    const start = this.startAt(place);
    const keys: string[] = new Array<string>(charges.length);
    const args: (string | number)[] = [charges.length];
    const further = new Map<string, number>();
    /** The place of a key in KEYS, which counts from 1. */
    const placeOf = (key: string): number => {
      let at = further.get(key);
      if (at === undefined) further.set(key, (at = keys.push(start + key)));
      return at;
    };
    charges.forEach(({ key, window, units, reportOf, fallback }, i) => {
      const { suffix, quota, overflow, number, bound } = this.keysOf(window);
      keys[i] = start + key.text + suffix;
      const shared = fallback ? placeOf(fallback.key.text + suffix) : 0;
      args.push(
        `${quota}${units} ${reportOf ?? ''}`,
        `${shared} ${placeOf(overflow)} ${placeOf(number)} ${bound} ${CLAIMS[fallback?.claim ?? 'known']}`,
      );
    });
    return this.redis.run(HIT, keys, args).then((given) => {
      const reply = given as readonly number[];
      for (let i = 0; i < (reply[3 * charges.length + 1] ?? 0); i++) this.options.onOverflow();
      return hitOf(reply, charges.length);
    });
  }

  close(): Promise<void> {
    return this.redis.release();
  }

  /** How all keys of a request begin: what is between braces chooses the slot in a cluster. */
  private startAt(place: KeyText): string {
    return this.places === 1 ? `${this.start}}:` : `${this.start}.${digestOf(place).words[0] % this.places}}:`;
  }

  private keysOf(window: WindowState): WindowKeys {
    const keys = this.windows.get(window);
    if (!keys) throw new Error('a window of no rule');
    return keys;
  }
}

/** How many counters there may be, and how many lengths of life they have: each has an equal part. */
function boundOf({ rules, maxBytes, maxKeys = Infinity }: RedisOptions) {
  const windows = rules.flatMap((rule) => rule.windows);
  const bytes = Math.max(...windows.map(({ width }) => BYTES_OF_KEY + (BYTES_OF_ENTRY * width) / 2));
  return {
    keys: Math.max(1, Math.min(maxKeys, Math.floor(maxBytes / bytes))),
    lifetimes: new Set(windows.map(({ quota }) => lifetimeMsOf(quota))).size,
  };
}

function windowKeysOf({ quota, partMs }: WindowState, bound: number, rule: string): WindowKeys {
  const suffix = suffixOf(quota);
  return {
    suffix,
    overflow: `${rule}:overflow${suffix}`,
    number: `number:${lifetimeMsOf(quota)}`,
    bound,
    quota: `${quota.limit} ${quota.windowMs} ${quota.burst ?? '-'} ${partMs} `,
  };
}

const suffixOf = ({ burst, windowMs }: Quota): string => `:${burst === undefined ? 's' : 'p'}${windowMs}`;

function hitOf(reply: readonly number[], count: number): Hit {
  const number = (at: number): number => reply[at] ?? 0;
  const readings: Reading[] = [];
  for (let at = 1; at <= 3 * count; at += 3) {
    const waitMs = number(at);
    readings.push(new Reading(waitMs < 0 ? Infinity : waitMs, number(at + 1), number(at + 2)));
  }
  return { admitted: number(0) === 1, readings };
}
