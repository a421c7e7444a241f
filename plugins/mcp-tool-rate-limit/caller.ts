import { networkOf } from './network';
import type { Identity, Rule } from './rules';

/** What is known of who calls. */
export interface Caller {
  readonly consumerId: string | undefined;
  readonly credentialId: string | undefined;
  /** The client's address. */
  readonly ip: string;
  /** Every value of a header, by its name in lower case. */
  readonly headerValues: (name: string) => readonly string[];
  /** The name of Kong's service. */
  readonly service: string;
  readonly tier: string;
}

/**
 * Who pays under a rule, as parts of a key: each identity by its kind, so that no value of one can stand for another.
 * Undefined when the rule is not for callers that lack one.
 */
export function callerKey(rule: Rule, caller: Caller): readonly string[] | undefined {
  const parts: string[] = [];
  if (rule.sharesCallers) return parts;
  for (const identity of rule.limitBy) {
    const values = valuesOf(identity, rule, caller);
    if (values.length > 0) parts.push(identity, String(values.length), ...values);
    else if (rule.fallback === 'skip') return undefined;
    else if (rule.fallback === 'ip') parts.push('ip', '1', networkOf(caller.ip));
    else parts.push(identity, '0');
  }
  return parts;
}

const some = (value: string | undefined): readonly string[] => (value ? [value] : []);

function valuesOf(identity: Identity, { headerName }: Rule, caller: Caller): readonly string[] {
  switch (identity) {
    case 'consumer':
      return some(caller.consumerId);
    case 'credential':
      return some(caller.credentialId);
    case 'ip':
      return some(networkOf(caller.ip));
    case 'header':
      return caller.headerValues(headerName).filter((value) => value !== '');
    case 'mcp-session':
      return caller.headerValues('mcp-session-id').filter((value) => value !== '');
    case 'service':
      return some(caller.service);
    case 'tier':
      return some(caller.tier);
  }
}
