import type { NameLists } from '../../shared/name-rules/name-rule';
import { fieldsThatRestrict, type AccessConfig } from '../access/access-rules';
import type { ListKind } from './list-methods';

interface RestrictingLists extends NameLists {
  readonly rules: readonly unknown[];
}

/** The config fields about lists. */
export interface ListConfig extends AccessConfig {
  readonly mode: 'enforce' | 'report';
  readonly list_policy: 'off' | 'hide';
  readonly max_list_bytes: number;
  readonly list_max_ttl_ms: number;
  readonly resumption: 'deny' | 'allow';
  readonly unknown_tools: 'pass' | 'deny';
  readonly pin: 'report' | 'enforce';
  readonly tools: RestrictingLists & {
    readonly learn: 'off' | 'report' | 'enforce';
    readonly pins: Readonly<Record<string, string>>;
    readonly pins_file?: string;
  };
  readonly prompts: RestrictingLists;
  readonly resources: RestrictingLists;
}

/** How lists are cut, compiled once. */
export interface ListRules {
  /** The kinds whose lists are cut: some caller may not use everything. */
  readonly hides: ReadonlySet<ListKind>;
  /** Lists of tools are read: to learn them, or to compare them with pins. */
  readonly readsTools: boolean;
  /** Which tools of a list can be called depends on what the list itself shows. */
  readonly dependsOnList: boolean;
  readonly maxBytes: number;
  readonly maxTtlMs: number;
  /** A stream must not be resumed: it could repeat a list. */
  readonly deniesResumption: boolean;
  readonly mode: 'enforce' | 'report';
}

/** Compiles the rules about lists. */
export function compileListRules(config: ListConfig): ListRules {
  const { mode, max_list_bytes, list_max_ttl_ms, resumption, unknown_tools, pin, tools } = config;
  const fields = fieldsThatHide(config);
  const hides = new Set((Object.keys(fields) as ListKind[]).filter((kind) => fields[kind].length > 0));
  const hasPins = pinFields(config).length > 0;
  return {
    hides,
    readsTools: fieldsThatReadTools(config).length > 0,
    dependsOnList: (pin === 'enforce' && hasPins) || (unknown_tools === 'deny' && tools.learn !== 'off'),
    maxBytes: max_list_bytes,
    maxTtlMs: list_max_ttl_ms,
    deniesResumption: resumption === 'deny' && hides.size > 0,
    mode,
  };
}

/** The method that uses an element of a list. */
const CALLS: Readonly<Record<ListKind, string>> = {
  tools: 'tools/call',
  prompts: 'prompts/get',
  resources: 'resources/read',
};

/** The fields because of which lists are cut, by kind. */
export function fieldsThatHide(config: ListConfig): Readonly<Record<ListKind, readonly string[]>> {
  if (config.list_policy === 'off') return { tools: [], prompts: [], resources: [] };
  const restricting = (kind: ListKind): string[] =>
    (['allow', 'deny', 'rules'] as const)
      .filter((name) => config[kind][name].length > 0)
      .map((name) => `${kind}.${name}`)
      .concat(fieldsThatRestrict(config, CALLS[kind]));
  const hidesUnknown = config.unknown_tools === 'deny' && config.tools.learn === 'off';
  return {
    tools: [
      ...restricting('tools'),
      ...(hidesUnknown ? ['unknown_tools'] : []),
      ...(config.pin === 'enforce' ? pinFields(config) : []),
    ],
    prompts: restricting('prompts'),
    resources: restricting('resources'),
  };
}

/** The fields because of which lists of tools are read. */
export const fieldsThatReadTools = (config: Pick<ListConfig, 'tools'>): readonly string[] => [
  ...(config.tools.learn === 'off' ? [] : ['tools.learn']),
  ...pinFields(config),
];

/** The fields that pin tools. */
export const pinFields = ({ tools }: Pick<ListConfig, 'tools'>): readonly string[] => [
  ...(Object.keys(tools.pins).length === 0 ? [] : ['tools.pins']),
  ...(tools.pins_file === undefined ? [] : ['tools.pins_file']),
];
