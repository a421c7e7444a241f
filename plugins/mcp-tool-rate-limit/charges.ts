import type { MessageEntry } from '../shared/mcp/message-summary';
import { newReadingBudget } from '../shared/mcp/resource-uris/readings';
import { callNameOf } from './call-name';
import { callerKey, type Caller } from './caller';
import type { Charge, Claim, Fallback } from './counters/counters';
import { digestOf, keyText, type Digest, type KeyText } from './digest';
import { claimOf, isNamedByConfig, type NameKnowledge } from './own-counter';
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

/** The rules of a configuration, what sets its counters apart from those of others, and what it knows of names. */
export interface Tariff {
  readonly rules: readonly Rule[];
  readonly match: 'first' | 'all';
  /** Where the configuration applies. */
  readonly scope: KeyText;
  /** True when no request of a caller meets a counter of another: each caller's may be in a place of their own. */
  readonly isApartByCaller: boolean;
  readonly names: NameKnowledge;
}

/** The tariff of a configuration. */
export function tariffOf(
  rules: readonly Rule[],
  match: Tariff['match'],
  scope: readonly string[],
  { offered, madeUp }: Pick<NameKnowledge, 'offered' | 'madeUp'>,
): Tariff {
  const identities = new Set(
    rules.map(({ limitBy, headerName, fallback }) => [...limitBy, headerName, fallback].join()),
  );
  const isApartByCaller = identities.size === 1 && !rules.some(({ sharesCallers }) => sharesCallers);
  const written = new Set(rules.flatMap(({ literalName }) => (literalName === undefined ? [] : [literalName])));
  return { rules, match, scope: keyText(scope), isApartByCaller, names: { written, offered, madeUp } };
}

/**
 * What the messages of a request cost their caller. Every request and notification counts; calls of a batch that fall
 * to the same counter become one charge.
 */
export function billOf(messages: readonly MessageEntry[], caller: Caller, tariff: Tariff): Bill {
  const charges: RuleCharge[] = [];
  const { service } = caller;
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
      // A resource has many spellings of its URI, so resources are counted by rule.
      const target = method.startsWith('resources/') ? '' : name;
      const key = ownKey(tariff, rule, payer, service, method, target);
      const isNamed = rule.sharesTools || isNamedByConfig(rule, method, target);
      const fallback = isNamed ? undefined : new SharedByNames(tariff, rule, payer, service, method, target, key);
      for (const window of rule.windows) places.push(add(charges, known, rule, window, key, fallback));
      if (tariff.match === 'first' && extent === 'all' && !rule.reports) break;
    }
    return places;
  });
  return { charges, chargesOf, place: place ?? tariff.scope };
}

/** The counter of a call: each name of each service has its own, unless the rule shares. */
function ownKey({ scope }: Tariff, rule: Rule, payer: KeyText, service: string, method: string, name: string): Digest {
  const text = rule.sharesTools ? keyText([rule.id, 'tools', '']) : keyText([rule.id, 'tool', service, method, name]);
  return digestOf(scope + text + payer);
}

/** What all names of a caller fall to that have no counter of their own. */
class SharedByNames implements Fallback {
  readonly claim: Claim;
  private known: Digest | undefined;

  constructor(
    private readonly tariff: Tariff,
    private readonly rule: Rule,
    private readonly payer: KeyText,
    private readonly service: string,
    method: string,
    name: string,
    own: Digest,
  ) {
    this.claim = claimOf(tariff.names, rule, service, method, name, own, this);
  }

  /** Worked out only where it is asked for: few calls fall to it. */
  get key(): Digest {
    const { tariff, rule, payer, service } = this;
    return (this.known ??= digestOf(tariff.scope + keyText([rule.id, 'names', service]) + payer));
  }
}

function add(
  charges: RuleCharge[],
  known: Map<string, number> | undefined,
  rule: Rule,
  window: Charge['window'],
  key: Digest,
  fallback: Fallback | undefined,
): number {
  const name = known ? `${rule.index} ${rule.windows.indexOf(window)} ${key.text}` : '';
  const place = known?.get(name);
  if (place === undefined) {
    known?.set(name, charges.length);
    const { cost: units } = rule;
    const reportOf = rule.reports ? { reportOf: rule.index } : undefined;
    charges.push(
      fallback
        ? { rule, window, key, fallback, units, calls: 1, ...reportOf }
        : { rule, window, key, units, calls: 1, ...reportOf },
    );
    return charges.length - 1;
  }
  const charge = charges[place] as RuleCharge;
  charges[place] = { ...charge, units: charge.units + rule.cost, calls: charge.calls + 1 };
  return place;
}
