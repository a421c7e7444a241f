import type { UriReadings } from '../../shared/mcp/resource-uris/uri-readings';
import { anyGlobMatcher } from '../../shared/name-rules/glob';
import { isMet, type CallerFacts } from '../policy/caller-rules';
import { uriRule } from '../policy/uri-rule';

/** What a caller needs for some messages. */
export interface AccessRuleConfig {
  readonly methods: readonly string[];
  readonly names: readonly string[];
  readonly authenticated: boolean;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly consumers: readonly string[];
  readonly clients: readonly string[];
  readonly claims: Readonly<Record<string, readonly string[]>>;
}

/** The config fields about what callers need. */
export interface AccessConfig {
  readonly access: { readonly default: 'allow' | 'deny'; readonly rules: readonly AccessRuleConfig[] };
}

/** Who calls: what mcp-auth shared, and Kong's consumer. */
export type AccessCaller = Pick<CallerFacts, 'identity' | 'consumer'>;

/** A compiled rule. */
export interface AccessRule {
  /** `readings` are those of the URIs of the request or the list. */
  readonly appliesTo: (method: string, names: readonly string[] | undefined, readings: UriReadings) => boolean;
  readonly scopes: readonly string[];
  /** True if every URI of this template is one that the rule is about, as far as its text shows. */
  readonly coversTemplate: (template: string, readings: UriReadings) => boolean;
  /** True for a caller who is what the rule wants, apart from scopes. */
  readonly isMetBy: (caller: AccessCaller) => boolean;
  /** The same for a caller without a token. */
  readonly isMetByAnonymous: (caller: AccessCaller) => boolean;
}

/** What callers need, compiled once. */
export interface AccessRules {
  /** Undefined if there are no rules. */
  readonly access:
    | {
        readonly rules: readonly AccessRule[];
        readonly deniesOthers: boolean;
        /** A rule requires a login for every message, so also for requests without one. */
        readonly closesRoute: boolean;
        /** A rule has a list of consumers. */
        readonly usesConsumer: boolean;
      }
    | undefined;
}

/** Compiles the rules about callers. */
export function compileAccessRules({ access: { default: others, rules } }: AccessConfig): AccessRules {
  if (rules.length === 0 && others === 'allow') return { access: undefined };
  return {
    access: {
      rules: rules.map(compileRule),
      deniesOthers: others === 'deny',
      closesRoute: rules.some(
        ({ authenticated, methods, names }) => authenticated && methods.includes('*') && names.includes('*'),
      ),
      usesConsumer: rules.some(({ consumers }) => consumers.length > 0),
    },
  };
}

function compileRule(rule: AccessRuleConfig): AccessRule {
  const { methods, names, scopes } = rule;
  const isMethod = anyGlobMatcher(methods);
  const isName = anyGlobMatcher(names);
  const uris = uriRule({ allow: [], deny: names });
  const matchesAll = names.includes('*');
  return {
    appliesTo: (method, targets, readings) => {
      if (!isMethod(method)) return false;
      // A message whose target is not known may be about anything.
      if (matchesAll || targets === undefined) return true;
      return targets.some((name) => isName(name) || (name.includes(':') && uris.denies(name, readings)));
    },
    scopes,
    coversTemplate: (template, readings) =>
      isMethod('resources/read') && (matchesAll || !uris.mayAllow(template, readings)),
    isMetBy: (caller) => isFulfilled(rule, caller),
    isMetByAnonymous: (caller) => !rule.authenticated && scopes.length === 0 && isFulfilled(rule, caller),
  };
}

/** Of each kind that a rule names, the caller needs one value. */
function isFulfilled(
  { groups, consumers, clients, claims }: AccessRuleConfig,
  { identity, consumer }: AccessCaller,
): boolean {
  return (
    isMet(groups, identity?.groups ?? []) &&
    isMet(consumers, [consumer?.id, consumer?.username]) &&
    isMet(clients, [identity?.client]) &&
    Object.entries(claims).every(([name, wanted]) =>
      isMet(wanted, (identity && Object.hasOwn(identity.claims, name) && identity.claims[name]) || []),
    )
  );
}

/** The fields because of which some caller may not use what others may, for messages of a method. */
export const fieldsThatRestrict = ({ access }: AccessConfig, method: string): readonly string[] => [
  ...(access.default === 'deny' ? ['access.default'] : []),
  ...(access.rules.some((rule) => hides(rule) && anyGlobMatcher(rule.methods)(method)) ? ['access.rules'] : []),
];

/** A rule that only requires a login hides nothing: the client can log in. */
const hides = ({ scopes, groups, consumers, clients, claims }: AccessRuleConfig): boolean =>
  scopes.length + groups.length + consumers.length + clients.length + Object.keys(claims).length > 0;
