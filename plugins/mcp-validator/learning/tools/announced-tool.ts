import type { ToolSchema } from '../../arguments/compile-tool-schema';
import type { ToolDenial, ToolKnowledge } from '../../arguments/tool-knowledge';
import type { CachedSchema, UncheckedReason } from '../schemas/schema-cache';
import { anySchema } from './any-schema';

/** What a server announced about one tool, for one caller: plain values that can be passed to another thread. */
export interface AnnouncedTool {
  /** The tool is in a list of any caller. */
  readonly isListed: boolean;
  /** The arguments must match one of these. */
  readonly schemas: readonly CachedSchema[];
  /** Why the tool cannot be checked although it is listed; undefined if it can, or if it has no schema. */
  readonly unchecked: UncheckedReason | undefined;
  /** Why its pin denies the tool. */
  readonly denial: Exclude<ToolDenial, 'unusable_schema'> | undefined;
}

/** Announced tools by name. */
export type AnnouncedTools = ReadonlyMap<string, AnnouncedTool>;

/** What one request showed about the learned schemas; filled during its checks. */
export interface Findings {
  /** Calls that break a learned schema and pass, because learning only reports. */
  readonly mismatches: { readonly tool: string; readonly problem: string }[];
  /** Calls of listed tools that could not be checked. */
  readonly unchecked: { readonly tool: string; readonly reason: UncheckedReason }[];
  /** Tools whose calls must be checked in another thread: the decision is not valid. */
  readonly needsThread: string[];
}

/** The config fields about the use of learned schemas. */
export interface LearnConfig {
  readonly unusable_schemas: 'pass' | 'deny';
  readonly tools: { readonly learn: 'off' | 'report' | 'enforce' };
}

/** What is known about the tools of a request's server; collects findings while it is used. */
export interface ToolKnowledgeWithFindings extends ToolKnowledge {
  readonly findings: Findings;
}

/**
 * Adds what was announced about tools to the configured schemas, for one request. A configured schema takes precedence.
 *
 * @param compile returns undefined for a schema that must be used in another thread
 */
export function toolKnowledgeOf(
  config: LearnConfig,
  configured: ToolKnowledge,
  announcedOf: (tool: string) => AnnouncedTool | undefined,
  compile: (schema: CachedSchema) => ToolSchema | undefined,
): ToolKnowledgeWithFindings {
  const { learn } = config.tools;
  const findings: Findings = { mismatches: [], unchecked: [], needsThread: [] };
  const learned = (tool: string): ToolSchema | undefined => {
    const announced = learn === 'off' ? undefined : announcedOf(tool);
    if (!announced) return undefined;
    if (announced.unchecked !== undefined) findings.unchecked.push({ tool, reason: announced.unchecked });
    if (announced.unchecked !== undefined || announced.schemas.length === 0) return undefined;
    const compiled = announced.schemas.map(compile).filter((schema) => schema !== undefined);
    if (compiled.length < announced.schemas.length) {
      findings.needsThread.push(tool);
      return undefined;
    }
    const schema = anySchema(compiled);
    return learn === 'report' ? reporting(schema, tool, findings) : schema;
  };
  return {
    findings,
    schemaOf: (tool) => configured.schemaOf(tool) ?? learned(tool),
    isKnown: (tool) => configured.isKnown(tool) || (learn !== 'off' && (announcedOf(tool)?.isListed ?? false)),
    denialOf: (tool) => {
      const announced = announcedOf(tool);
      if (!announced || announced.denial !== undefined) return announced?.denial;
      const isUnusable = learn !== 'off' && announced.unchecked !== undefined && !configured.schemaOf(tool);
      return isUnusable && config.unusable_schemas === 'deny' ? 'unusable_schema' : undefined;
    },
  };
}

/** A schema that accepts everything, and records what the given one does not accept. */
const reporting = ({ check }: ToolSchema, tool: string, findings: Findings): ToolSchema => ({
  headerParameters: [],
  check: (args) => {
    const error = check(args);
    if (error) findings.mismatches.push({ tool, problem: `/arguments${error.pointer} ${error.problem}` });
    return undefined;
  },
});
