import { networkOf } from './network';
import type { Identity, Rule } from './rules';

/** What Kong knows about the caller of a request. */
export interface Caller {
  readonly consumerId: string | undefined;
  readonly credentialId: string | undefined;
  /** The IP address of the client. */
  readonly ip: string;
  /** All values of a header, by its name in lower case. */
  readonly headerValues: (name: string) => readonly string[];
  /** The name of Kong's service. */
  readonly service: string;
  readonly tier: string;
}

/**
 * The caller as parts of a counter's key under a rule. Each identity is preceded by its kind, so that a value of one kind
 * never equals a value of another. Undefined if the caller lacks an identity and the rule skips such callers.
 */
export function callerParts(rule: Rule, caller: Caller): readonly string[] | undefined {
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

/** The consumer or the credential, with its kind: their ids are of different spaces. */
const principalOf = ({ consumerId, credentialId }: Caller): readonly string[] =>
  consumerId ? ['consumer', consumerId] : credentialId ? ['credential', credentialId] : [];

const some = (value: string | undefined): readonly string[] => (value ? [value] : []);

function valuesOf(identity: Identity, { headerName }: Rule, caller: Caller): readonly string[] {
  switch (identity) {
    case 'consumer':
      return some(caller.consumerId);
    case 'credential':
      return some(caller.credentialId);
    case 'principal':
      return principalOf(caller);
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
