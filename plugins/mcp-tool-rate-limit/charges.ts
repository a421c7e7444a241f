import type { MessageEntry } from '../shared/message-summary';
import { newReadingBudget } from '../shared/resource-uris/readings';
import { callNameOf } from './call-name';
import { callerKey, type Caller } from './caller';
import type { Charge } from './counters/counters';
import { digestOf, keyText, type KeyText } from './keys';
import type { Rule } from './rules';

/** What a request asks of the counters. */
export interface Bill {
  readonly charges: readonly RuleCharge[];
  /** For each message of the request the charges it is part of, as places in `charges`. */
  readonly chargesOf: readonly (readonly number[])[];
  /** The same for all counters that the request meets, as {@link Counters.hit} wants it. */
  readonly place: KeyText;
}

/** A charge, and what for. */
export interface RuleCharge extends Charge {
  readonly rule: Rule;
  /** How many calls of the request it is for. */
  readonly calls: number;
}

/** The rules of a configuration, and what sets its counters apart from those of others. */
export interface Tariff {
  readonly rules: readonly Rule[];
  readonly match: 'first' | 'all';
  /** Where the configuration applies. */
  readonly scope: KeyText;
  /** True when no request of a caller meets a counter of another: each caller's may be in a place of their own. */
  readonly isApartByCaller: boolean;
}

/** The tariff of a configuration. */
export function tariffOf(rules: readonly Rule[], match: Tariff['match'], scope: readonly string[]): Tariff {
  const identities = new Set(
    rules.map(({ limitBy, headerName, fallback }) => [...limitBy, headerName, fallback].join()),
  );
  const isApartByCaller = identities.size === 1 && !rules.some(({ sharesCallers }) => sharesCallers);
  return { rules, match, scope: keyText(scope), isApartByCaller };
}

/**
 * What the messages of a request cost their caller. Every request and notification counts; calls of a batch that fall
 * to the same counter become one charge.
 */
export function billOf(messages: readonly MessageEntry[], caller: Caller, tariff: Tariff): Bill {
  const charges: RuleCharge[] = [];
  let place: KeyText | undefined;
  const budget = newReadingBudget();
  // The charges of one message are all of different counters.
  const known = messages.length > 1 ? new Map<string, number>() : undefined;
  const chargesOf = messages.map(({ method, name = '' }) => {
    const places: number[] = [];
    if (method === undefined) return places;
    const readName = callNameOf(method, name, budget);
    for (const rule of tariff.rules) {
      const extent = rule.isFor(method, readName, caller.tier);
      if (extent === 'none') continue;
      const who = callerKey(rule, caller);
      if (!who) continue;
      const payer = keyText(who);
      if (tariff.isApartByCaller) place ??= tariff.scope + payer;
      const key = digestOf(tariff.scope + keyText([rule.id, ...targetKey(rule, method, name, caller.service)]) + payer);
      for (const window of rule.windows) places.push(add(charges, known, rule, window, key));
      if (tariff.match === 'first' && extent === 'all' && !rule.reports) break;
    }
    return places;
  });
  return { charges, chargesOf, place: place ?? tariff.scope };
}

/**
 * What the counter is of: each name of each service on its own, unless the rule shares. A resource has many spellings
 * of its URI, so resources are counted by rule.
 */
function targetKey(rule: Rule, method: string, name: string, service: string): readonly string[] {
  if (rule.sharesTools) return ['tools', ''];
  return ['tool', service, method, method.startsWith('resources/') ? '' : name];
}

function add(
  charges: RuleCharge[],
  known: Map<string, number> | undefined,
  rule: Rule,
  window: Charge['window'],
  key: Charge['key'],
): number {
  const name = known ? `${rule.index} ${rule.windows.indexOf(window)} ${key.text}` : '';
  const place = known?.get(name);
  if (place === undefined) {
    known?.set(name, charges.length);
    const charge = { rule, window, key, units: rule.cost, calls: 1 };
    charges.push(rule.reports ? { ...charge, reportOf: rule.index } : charge);
    return charges.length - 1;
  }
  const charge = charges[place] as RuleCharge;
  charges[place] = { ...charge, units: charge.units + rule.cost, calls: charge.calls + 1 };
  return place;
}
