import type { Extent } from '../shared/mcp/resource-uris/uri-lists';
import { globMatcher } from '../shared/name-rules/glob';
import { callNameMatcher, type CallName } from './call-name';
import { windowStateOf } from './windows/create-window';
import { lifetimeMsOf, type WindowState } from './windows/window';

/** What can tell callers apart. */
export type Identity = 'consumer' | 'credential' | 'ip' | 'header' | 'mcp-session' | 'service' | 'tier';

/** The parts of the plugin's configuration that say which calls are limited. */
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

/** A rule, compiled once. */
export interface Rule {
  /** Its place in the configuration. */
  readonly index: number;
  readonly id: string;
  /** Is the rule for the call, by all that its name may be read as, by some, or not at all? */
  readonly isFor: (method: string, name: CallName, tier: string) => Extent;
  /** The one name that the rule is for; undefined when its pattern stands for several. */
  readonly literalName: string | undefined;
  /** The rule is for one method, which it writes out. */
  readonly hasLiteralMethod: boolean;
  readonly windows: readonly WindowState[];
  /** The longest that a counter of the rule stays in use after a call, in milliseconds. */
  readonly lifetimeMs: number;
  readonly cost: number;
  readonly limitBy: readonly Identity[];
  /** Lower case. */
  readonly headerName: string;
  readonly fallback: RuleConfig['fallback'];
  readonly sharesTools: boolean;
  readonly sharesCallers: boolean;
  readonly reports: boolean;
}

const WILDCARD = /[*?]/;

/** Compiles the rules of a configuration; throws, naming the field, when they can't work. */
export function compileRules({ rules, tiers, default_tier }: RulesConfig): readonly Rule[] {
  const known = new Set([default_tier, ...tiers.map(({ name }) => name)]);
  const ids = new Set<string>();
  return rules.map((config, index) => {
    const where = `rules[${index + 1}]`;
    const id = config.id ?? idOf(config);
    if (ids.has(id)) throw new Error(`${where}.id: another rule is called "${id}"; give one of them an id`);
    ids.add(id);
    const stranger = config.tiers.find((tier) => !known.has(tier));
    if (stranger !== undefined) throw new Error(`${where}.tiers: no tier is called "${stranger}"`);
    if (config.limit_by.includes('header') && config.header_name === undefined) {
      throw new Error(`${where}.header_name: limit_by header needs it`);
    }
    const kinds = config.windows.map(({ window_seconds, burst }) => `${window_seconds} ${burst === undefined}`);
    if (new Set(kinds).size < kinds.length) {
      throw new Error(`${where}.windows: two of them have the same length; the smaller limit alone would count`);
    }
    for (const { limit, burst } of config.windows) {
      const most = burst === undefined ? limit : burst + 1;
      if (config.cost > most) throw new Error(`${where}.cost: at most ${most} units fit into a window at once`);
    }
    return compileRule(config, id, index);
  });
}

function compileRule(config: RuleConfig, id: string, index: number): Rule {
  const matchesMethod = globMatcher(config.method);
  const matchesName = callNameMatcher(config.name);
  const tiers = new Set(config.tiers);
  const windows = config.windows.map(({ limit, window_seconds, burst }) =>
    windowStateOf({ limit, windowMs: window_seconds * 1000, ...(burst !== undefined && { burst }) }),
  );
  return {
    index,
    id,
    isFor: (method, name, tier) =>
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
    reports: config.report,
  };
}

/** What the rule is for, as a name. */
function idOf({ method, name, tiers }: RuleConfig): string {
  return [method, name, ...tiers].join(' ').slice(0, 64);
}
