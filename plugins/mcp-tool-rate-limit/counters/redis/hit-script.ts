import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Script } from '../../../shared/redis/script';
import { CounterStatus } from '../../windows/window';
import type { Charge, Hit, OwnCounter } from '../counters';
import type { WindowKeys } from './key-layout';

/** The script that counts one request; `hit.lua` defines its arguments and reply. */
export const HIT: Script = {
  name: 'mcptoolratelimithit',
  lua: readFileSync(join(__dirname, 'hit.lua'), 'utf8'),
};

const OWN_COUNTER: Readonly<Record<OwnCounter, string>> = { always: 'a', while_half_free: 'h', never: 'n' };

/** KEYS and ARGV of {@link HIT}. */
export interface HitArguments {
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

/**
 * The arguments of a request.
 *
 * @param prefix how all keys of the request start
 */
export function hitArguments(
  charges: readonly Charge[],
  prefix: string,
  keysOf: (window: Charge['window']) => WindowKeys,
): HitArguments {
  const keys: string[] = new Array<string>(charges.length);
  const args: (string | number)[] = [charges.length];
  const furtherKeys = new Map<string, number>();
  /** Adds a key that several charges may need; returns its index in KEYS, which counts from 1. */
  const keyIndexOf = (key: string): number => {
    let keyIndex = furtherKeys.get(key);
    if (keyIndex === undefined) furtherKeys.set(key, (keyIndex = keys.push(prefix + key)));
    return keyIndex;
  };
  charges.forEach(({ key, window, units, reportRule, sharedCounter }, chargeIndex) => {
    const { suffix, quota, overflow, number, bound } = keysOf(window);
    keys[chargeIndex] = prefix + key.text + suffix;
    const shared = sharedCounter ? keyIndexOf(sharedCounter.key.text + suffix) : 0;
    args.push(
      `${quota} ${units} ${reportRule ?? ''}`,
      `${shared} ${keyIndexOf(overflow)} ${keyIndexOf(number)} ${bound} ${OWN_COUNTER[sharedCounter?.ownCounter ?? 'always']}`,
    );
  });
  return { keys, args };
}

/** The reply of {@link HIT} for a number of charges; `overflows`: how many of them used the overflow counter. */
export function readHitReply(
  reply: readonly number[],
  charges: number,
): { readonly hit: Hit; readonly overflows: number } {
  const value = (index: number): number => reply[index] ?? 0;
  const statuses: CounterStatus[] = [];
  const end = 1 + 3 * charges;
  for (let index = 1; index < end; index += 3) {
    const waitMs = value(index);
    statuses.push(new CounterStatus(waitMs < 0 ? Infinity : waitMs, value(index + 1), value(index + 2)));
  }
  return { hit: { admitted: value(0) === 1, statuses }, overflows: value(end) };
}
