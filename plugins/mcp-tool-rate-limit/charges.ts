import type { MessageEntry } from '../shared/mcp/message-summary';
import { newReadingBudget } from '../shared/mcp/resource-uris/readings';
import { callNameOf } from './call-name';
import { callerParts, type Caller } from './caller';
import type { Charge, OwnCounter, SharedCounter } from './counters/counters';
import { digestOf, encodeParts, type Digest, type EncodedParts } from './digest';
import type { LimitPolicy } from './limit-policy';
import { isNamedByConfig, ownCounterOf } from './own-counter';
import type { Rule } from './rules';

/** What a request asks of the counters. */
export interface RequestCharges {
  /** No two are for the same counter. */
  readonly charges: readonly RuleCharge[];
  /** One per message of the request, in order. The charges of a message are in the order of rules and their windows. */
  readonly messages: readonly ChargedMessage[];
  /** The same for all requests that may use the same counter, see {@link Counters.hit}. */
  readonly hashTag: EncodedParts;
}

/** A message and the charges that it is part of. */
export interface ChargedMessage {
  readonly message: MessageEntry;
  readonly charges: readonly RuleCharge[];
}

/** A charge and its origin. */
export interface RuleCharge extends Charge {
  readonly rule: Rule;
  /** How many calls of the request it is for. */
  readonly calls: number;
}

/**
 * The charges of a request. Every JSON-RPC request and notification counts; calls of a batch that use the same counter
 * become one charge.
 */
export function chargesOf(messages: readonly MessageEntry[], caller: Caller, policy: LimitPolicy): RequestCharges {
  const { service } = caller;
  const list = new ChargeList(messages.length > 1);
  const budget = newReadingBudget();
  let hashTag: EncodedParts | undefined;
  const charged = messages.map((message): ChargedMessage => {
    const { method, name = '' } = message;
    const charges: RuleCharge[] = [];
    if (method === undefined) return { message, charges };
    const callName = callNameOf(method, name, budget);
    for (const rule of policy.rules) {
      const extent = rule.extentOf(method, callName, caller.tier);
      if (extent === 'none') continue;
      const parts = callerParts(rule, caller);
      if (!parts) continue;
      const callerKey = encodeParts(parts);
      if (policy.hasHashTagPerCaller) hashTag ??= policy.scope + callerKey;
      // One resource can have many different URIs, so resources have a counter per rule.
      const target = method.startsWith('resources/') ? '' : name;
      const key = ownKey(policy, rule, callerKey, service, method, target);
      const isNamed = rule.sharesTools || isNamedByConfig(rule, method, target);
      const shared = isNamed ? undefined : new NamesCounter(policy, rule, callerKey, service, method, target, key);
      for (const window of rule.windows) charges.push(list.add(rule, window, key, shared));
      if (policy.match === 'first' && extent === 'all' && !rule.isReportOnly) break;
    }
    return { message, charges };
  });
  return { charges: list.charges, messages: charged, hashTag: hashTag ?? policy.scope };
}

/** The counter of a call: one per name and service, unless the names of the rule share one. */
function ownKey(
  { scope }: LimitPolicy,
  rule: Rule,
  callerKey: EncodedParts,
  service: string,
  method: string,
  name: string,
): Digest {
  const parts = rule.sharesTools ? [rule.id, 'tools', ''] : [rule.id, 'tool', service, method, name];
  return digestOf(scope + encodeParts(parts) + callerKey);
}

/** The counter of all names of a caller that have no counter of their own. */
class NamesCounter implements SharedCounter {
  readonly ownCounter: OwnCounter;
  private digest: Digest | undefined;

  constructor(
    private readonly policy: LimitPolicy,
    private readonly rule: Rule,
    private readonly callerKey: EncodedParts,
    private readonly service: string,
    method: string,
    name: string,
    own: Digest,
  ) {
    this.ownCounter = ownCounterOf(policy.names, rule, service, method, name, own, this);
  }

  /** Computed on first use, since few calls need it. */
  get key(): Digest {
    const { policy, rule, callerKey, service } = this;
    return (this.digest ??= digestOf(policy.scope + encodeParts([rule.id, 'names', service]) + callerKey));
  }
}

type MutableCharge = { -readonly [Member in keyof RuleCharge]: RuleCharge[Member] };

/** The charges of a request, so far. */
class ChargeList {
  readonly charges: MutableCharge[] = [];
  /** Only in a batch: the charges of one message are all for different counters. */
  private readonly byCounter: Map<Charge['window'], Map<Digest['text'], MutableCharge>> | undefined;

  constructor(isBatch: boolean) {
    if (isBatch) this.byCounter = new Map();
  }

  /** Adds a call to the charge for the counter. */
  add(rule: Rule, window: Charge['window'], key: Digest, sharedCounter: SharedCounter | undefined): RuleCharge {
    const known = this.byCounter?.get(window)?.get(key.text);
    if (known) {
      known.units += rule.cost;
      known.calls += 1;
      return known;
    }
    const charge: MutableCharge = { rule, window, key, units: rule.cost, calls: 1 };
    if (sharedCounter) charge.sharedCounter = sharedCounter;
    if (rule.isReportOnly) charge.reportRule = rule.index;
    this.charges.push(charge);
    this.remember(charge);
    return charge;
  }

  private remember(charge: MutableCharge): void {
    if (!this.byCounter) return;
    const ofWindow = this.byCounter.get(charge.window);
    if (ofWindow) ofWindow.set(charge.key.text, charge);
    else this.byCounter.set(charge.window, new Map([[charge.key.text, charge]]));
  }
}
