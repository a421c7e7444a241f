import type { BodyBounds } from '../shared/mcp/json-rpc/read-body';
import { isModern, REVISIONS, type Revision } from '../shared/mcp/revisions';
import { nameRule, type NameLists, type NameRule } from '../shared/name-rules/name-rule';
import type { ToolKnowledge } from './arguments/tool-knowledge';
import { compileToolSchemas } from './arguments/tool-schemas';
import { hostMatcher, originMatcher } from './http/origins';
import { methodRule } from './methods/method-rule';
import { pathRules, type PathRules, type PathsConfig } from './paths/path-rules';
import { uriRule, type UriRule } from './policy/uri-rule';

/** The parts of the plugin's configuration that decide about a request. */
export interface RulesConfig extends PathsConfig {
  readonly revisions: readonly Revision[];
  readonly allowed_origins: readonly string[];
  readonly allowed_hosts: readonly string[];
  readonly accept: 'lenient' | 'strict';
  readonly max_session_id_length: number;
  readonly max_body_bytes: number;
  readonly max_depth: number;
  readonly max_values: number;
  readonly max_batch: number;
  readonly batches: 'by_revision' | 'legacy' | 'deny';
  readonly unknown_methods: 'pass' | 'deny';
  readonly methods: NameLists;
  readonly tools: NameLists & { readonly schemas: Readonly<Record<string, string>> };
  readonly unknown_tools: 'pass' | 'deny';
  readonly argument_errors: 'auto' | 'error' | 'result';
  readonly prompts: NameLists;
  readonly resources: NameLists;
  readonly meta_key_check: 'off' | 'warn' | 'deny';
  readonly status_mode: 'spec' | 'always_4xx';
}

/** What a configuration demands of requests, compiled once. */
export interface Rules {
  /** Enabled revisions, oldest first. */
  readonly revisions: readonly Revision[];
  readonly paths: PathRules;
  readonly legacyRevisions: readonly Revision[];
  readonly modernRevisions: readonly Revision[];
  readonly isEnabled: (version: string) => version is Revision;
  /** Is this the value of a version header that means an enabled revision of the stateless kind? */
  readonly isModernVersion: (version: string | undefined) => boolean;
  /** What a request without version header speaks; undefined where no enabled revision allows to leave it out. */
  readonly assumedRevision: Revision | undefined;
  readonly isOriginAllowed: (origin: string) => boolean;
  readonly isHostAllowed: ((host: string) => boolean) | undefined;
  readonly strictAccept: boolean;
  /** False for 2024-11-05 alone: its POSTs go to an endpoint that answers 202 without content. */
  readonly requiresAccept: boolean;
  readonly maxSessionIdLength: number;
  readonly maxBodyBytes: number;
  readonly bounds: BodyBounds;
  readonly batches: RulesConfig['batches'];
  readonly unknownMethods: RulesConfig['unknown_methods'];
  readonly methods: NameRule;
  readonly tools: NameRule;
  readonly configuredTools: ToolKnowledge;
  readonly unknownTools: RulesConfig['unknown_tools'];
  readonly argumentErrors: RulesConfig['argument_errors'];
  readonly prompts: NameRule;
  readonly resources: UriRule;
  readonly metaKeyCheck: RulesConfig['meta_key_check'];
  readonly statusMode: RulesConfig['status_mode'];
}

/** Compiles the rules of a configuration; throws, naming the field, when it can't work. */
export function compileRules(config: RulesConfig): Rules {
  const revisions = REVISIONS.filter((revision) => config.revisions.includes(revision));
  const legacyRevisions = revisions.filter((revision) => !isModern(revision));
  const modernRevisions = revisions.filter(isModern);
  const toolSchemas = compileToolSchemas(config.tools.schemas);
  return {
    revisions,
    paths: pathRules(config),
    legacyRevisions,
    modernRevisions,
    isEnabled: (version): version is Revision => revisions.some((revision) => revision === version),
    isModernVersion: (version) => modernRevisions.some((revision) => revision === version),
    // The header is older than neither: clients of 2024-11-05 and 2025-03-26 send none.
    assumedRevision: (['2025-03-26', '2024-11-05'] as const).find((revision) => revisions.includes(revision)),
    isOriginAllowed: originMatcher(config.allowed_origins),
    isHostAllowed: hostMatcher(config.allowed_hosts),
    strictAccept: config.accept === 'strict',
    requiresAccept: revisions.some((revision) => revision !== '2024-11-05'),
    maxSessionIdLength: config.max_session_id_length,
    maxBodyBytes: config.max_body_bytes,
    bounds: { maxDepth: config.max_depth, maxValues: config.max_values, maxBatch: config.max_batch },
    batches: config.batches,
    unknownMethods: config.unknown_methods,
    methods: methodRule(config.methods),
    tools: nameRule(config.tools),
    configuredTools: { schemaOf: (tool) => toolSchemas.get(tool), isListed: () => false, denialOf: () => undefined },
    unknownTools: config.unknown_tools,
    argumentErrors: config.argument_errors,
    prompts: nameRule(config.prompts),
    resources: uriRule(config.resources),
    metaKeyCheck: config.meta_key_check,
    statusMode: config.status_mode,
  };
}
