import { nameRule, type NameLists, type NameRule } from '../../shared/name-rules/name-rule';
import type { CallerNeeds } from './caller-facts';
import { appliesTo, hasConditions, type CallerFacts, type CallerRule } from './caller-rules';
import { bothNames, bothUris, NO_NAMES, NO_URIS } from './combine-rules';
import { uriRule, type UriRule } from './uri-rule';

/** Lists for all callers, and rules for some. */
export interface ListsByCaller extends NameLists {
  readonly rules: readonly CallerRule[];
}

/** The config fields about tools, prompts and resources that clients may use. */
export interface PolicyConfig {
  readonly tools: ListsByCaller;
  readonly prompts: ListsByCaller;
  readonly resources: ListsByCaller;
  readonly trust_acl_groups: boolean;
}

/** Which tools, prompts and resources one caller may use. */
export interface PolicyRules {
  readonly tools: NameRule;
  readonly prompts: NameRule;
  readonly resources: UriRule;
}

/** Which tools, prompts and resources each caller may use, compiled once. */
export interface CallerPolicy {
  /** The rules of a caller; undefined is a caller of whom nothing is known. */
  readonly policyOf: (caller: CallerFacts | undefined) => PolicyRules;
  /** True for a kind of which some caller may not use everything. */
  readonly restricts: Readonly<Record<keyof PolicyRules, boolean>>;
  /** What must be known about callers. */
  readonly callerNeeds: CallerNeeds;
}

/**
 * Compiles the lists, and the rules by caller: everything must be allowed by the lists, and by the first rule that applies to
 * the caller. If there are rules, a caller to whom none applies may use nothing.
 *
 * @throws Error that names the field, if a rule can never apply
 */
export function compileCallerPolicy({ tools, prompts, resources, trust_acl_groups }: PolicyConfig): CallerPolicy {
  const kinds = { tools, prompts, resources };
  for (const [kind, { rules }] of Object.entries(kinds)) checkRules(kind, rules);
  const tool = byRule(tools, nameRule, bothNames, NO_NAMES);
  const prompt = byRule(prompts, nameRule, bothNames, NO_NAMES);
  const resource = byRule(resources, uriRule, bothUris, NO_URIS);
  const rules = Object.values(kinds).flatMap((lists) => lists.rules);
  const fixed =
    rules.length === 0
      ? { tools: tool(undefined), prompts: prompt(undefined), resources: resource(undefined) }
      : undefined;
  return {
    policyOf: (caller) => fixed ?? { tools: tool(caller), prompts: prompt(caller), resources: resource(caller) },
    restricts: { tools: isRestricting(tools), prompts: isRestricting(prompts), resources: isRestricting(resources) },
    callerNeeds: {
      consumer: rules.some(hasConditions),
      groups: rules.some(({ groups }) => groups.length > 0),
      trustsAclGroups: trust_acl_groups,
    },
  };
}

/** Returns the function that finds the rule of a caller: each is compiled once. */
function byRule<Rule>(
  { rules, ...lists }: ListsByCaller,
  compile: (lists: NameLists) => Rule,
  both: (first: Rule, second: Rule) => Rule,
  none: Rule,
): (caller: CallerFacts | undefined) => Rule {
  const base = compile(lists);
  if (rules.length === 0) return () => base;
  const compiled = rules.map((rule) => both(base, compile(rule)));
  return (caller) => compiled[rules.findIndex((rule) => appliesTo(rule, caller))] ?? none;
}

const isRestricting = ({ allow, deny, rules }: ListsByCaller): boolean => allow.length + deny.length + rules.length > 0;

/** A rule after one without conditions never applies. */
function checkRules(kind: string, rules: readonly CallerRule[]): void {
  const last = rules.findIndex((rule) => !hasConditions(rule));
  if (last >= 0 && last < rules.length - 1) {
    throw new Error(`${kind}.rules: rule ${last + 1} has no conditions, so the rules after it never apply`);
  }
}
