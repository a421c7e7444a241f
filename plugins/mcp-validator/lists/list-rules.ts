import type { CallerPolicy } from '../policy/policy-rules';
import type { ListKind } from './list-methods';

/** The config fields about lists. */
export interface ListConfig {
  readonly mode: 'enforce' | 'report';
  readonly list_policy: 'off' | 'hide';
  readonly max_list_bytes: number;
  readonly list_max_ttl_ms: number;
  readonly unknown_tools: 'pass' | 'deny';
  readonly pin: 'report' | 'enforce';
  readonly tools: { readonly learn: 'off' | 'report' | 'enforce' };
}

/** How lists are cut, compiled once. */
export interface ListRules {
  /** The kinds whose lists are cut: some caller may not use everything. */
  readonly hides: ReadonlySet<ListKind>;
  readonly maxBytes: number;
  readonly maxTtlMs: number;
  readonly mode: 'enforce' | 'report';
  /** The tools of a list are known as soon as it is read. */
  readonly learnsTools: boolean;
}

/** Compiles the rules about lists. */
export function compileListRules(
  { mode, list_policy, max_list_bytes, list_max_ttl_ms, unknown_tools, pin, tools }: ListConfig,
  { restricts }: Pick<CallerPolicy, 'restricts'>,
  hasPins: boolean,
): ListRules {
  const learnsTools = tools.learn !== 'off';
  const hides = new Set<ListKind>();
  if (list_policy === 'hide') {
    const hidesTools = restricts.tools || (unknown_tools === 'deny' && !learnsTools) || (pin === 'enforce' && hasPins);
    if (hidesTools) hides.add('tools');
    if (restricts.prompts) hides.add('prompts');
    if (restricts.resources) hides.add('resources');
  }
  return { hides, maxBytes: max_list_bytes, maxTtlMs: list_max_ttl_ms, mode, learnsTools };
}
