import { aclGroupsOf } from '../../shared/callers/acl-groups';
import type { CallerFacts } from './caller-rules';

/** What must be known about callers. */
export interface CallerNeeds {
  readonly consumer: boolean;
  readonly groups: boolean;
  /** The acl plugin writes `X-Consumer-Groups` on the route. */
  readonly trustsAclGroups: boolean;
}

interface Facts extends CallerFacts {
  readonly headers: { readonly all: (name: string) => readonly string[]; readonly has: (name: string) => boolean };
}

/**
 * The caller with all its groups. `X-Consumer-Groups` counts only for an authenticated consumer, and not beside
 * `X-Authenticated-Groups`: the acl plugin writes only one of the two, and then a client may have sent the other.
 */
export function callerFacts({ consumer, groups, identity, headers }: Facts, needs: CallerNeeds): CallerFacts {
  const usesHeader =
    needs.groups && needs.trustsAclGroups && consumer !== undefined && !headers.has('x-authenticated-groups');
  return {
    consumer,
    groups: usesHeader ? [...groups, ...aclGroupsOf(headers.all('x-consumer-groups'))] : groups,
    identity,
  };
}

/** The texts of a list from `kong.ctx.shared`; none for any other value. */
export const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
