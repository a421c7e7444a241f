import type { Extent } from '../shared/mcp/resource-uris/uri-lists';
import { globMatcher } from '../shared/name-rules/glob';
import { callNameMatcher, type CallName } from './call-name';
import { createWindow } from './windows/create-window';
import { lifetimeMsOf, type Window } from './windows/window';

/** What callers can be told apart by. */
export type Identity = 'consumer' | 'credential' | 'principal' | 'ip' | 'header' | 'mcp-session' | 'service' | 'tier';

/** The fields of the configuration that define the rules. */
export interface RulesConfig {
  readonly rules: readonly RuleConfig[];
  readonly match: 'first' | 'all';
  readonly tiers: readonly { readonly name: string }[];
  readonly default_tier: string;
}

interface RuleConfig {
  readonly id?: string;
  readonly method: string;
  readonly name: string;
  readonly tiers: readonly string[];
  readonly windows: readonly { readonly limit: number; readonly window_seconds: number; readonly burst?: number }[];
  readonly cost: number;
  readonly limit_by: readonly Identity[];
  readonly header_name?: string;
  readonly fallback: 'ip' | 'shared' | 'skip';
  readonly shared: readonly ('tools' | 'callers')[];
  readonly report: boolean;
}

/** A compiled rule. */
export interface Rule {
  /** Its index in the configuration. */
  readonly index: number;
  readonly id: string;
  /** Whether the rule applies to a call: for all readings of the name, for some of them, or for none. */
  readonly extentOf: (method: string, name: CallName, tier: string) => Extent;
  /** The only name that the rule applies to; undefined if it contains a wildcard. */
  readonly literalName: string | undefined;
  /** True if the method of the rule contains no wildcard. */
  readonly hasLiteralMethod: boolean;
  readonly windows: readonly Window[];
  /** The longest time that a counter of the rule stays in use after a call. */
  readonly lifetimeMs: number;
  readonly cost: number;
  readonly limitBy: readonly Identity[];
  /** Lower case. */
  readonly headerName: string;
  readonly fallback: RuleConfig['fallback'];
  readonly sharesTools: boolean;
  readonly sharesCallers: boolean;
  /** True for a rule in report mode. */
  readonly isReportOnly: boolean;
}

const WILDCARD = /[*?]/;

/**
 * Compiles the rules of a configuration.
 *
 * @throws if fields contradict each other, naming the field
 */
export function compileRules({ rules, tiers, default_tier }: RulesConfig): readonly Rule[] {
  const known = new Set([default_tier, ...tiers.map(({ name }) => name)]);
  const ids = new Set<string>();
  return rules.map((config, index) => {
    const where = `rules[${index + 1}]`;
    const id = config.id ?? idOf(config);
    if (ids.has(id)) throw new Error(`${where}.id: duplicate id "${id}"; set a different id`);
    ids.add(id);
    const unknownTier = config.tiers.find((tier) => !known.has(tier));
    if (unknownTier !== undefined) throw new Error(`${where}.tiers: unknown tier "${unknownTier}"`);
    if (config.limit_by.includes('header') && config.header_name === undefined) {
      throw new Error(`${where}.header_name: required by limit_by: [header]`);
    }
    const kinds = config.windows.map(({ window_seconds, burst }) => `${window_seconds} ${burst === undefined}`);
    if (new Set(kinds).size < kinds.length) {
      throw new Error(`${where}.windows: two windows have the same length; only the smaller limit would take effect`);
    }
    for (const { limit, burst } of config.windows) {
      const max = burst === undefined ? limit : burst + 1;
      if (config.cost > max) throw new Error(`${where}.cost: exceeds the ${max} units that fit into a window at once`);
    }
    return compileRule(config, id, index);
  });
}

function compileRule(config: RuleConfig, id: string, index: number): Rule {
  const matchesMethod = globMatcher(config.method);
  const matchesName = callNameMatcher(config.name);
  const tiers = new Set(config.tiers);
  const windows = config.windows.map(({ limit, window_seconds, burst }) =>
    createWindow({ limit, windowMs: window_seconds * 1000, ...(burst !== undefined && { burst }) }),
  );
  return {
    index,
    id,
    extentOf: (method, name, tier) =>
      (tiers.size === 0 || tiers.has(tier)) && matchesMethod(method) ? matchesName(name) : 'none',
    literalName: WILDCARD.test(config.name) ? undefined : config.name,
    hasLiteralMethod: !WILDCARD.test(config.method),
    windows,
    lifetimeMs: Math.max(...windows.map(({ quota }) => lifetimeMsOf(quota))),
    cost: config.cost,
    limitBy: config.limit_by,
    headerName: config.header_name?.toLowerCase() ?? '',
    fallback: config.fallback,
    sharesTools: config.shared.includes('tools'),
    sharesCallers: config.shared.includes('callers'),
    isReportOnly: config.report,
  };
}

/** An id made of what the rule applies to. */
function idOf({ method, name, tiers }: RuleConfig): string {
  return [method, name, ...tiers].join(' ').slice(0, 64);
}
