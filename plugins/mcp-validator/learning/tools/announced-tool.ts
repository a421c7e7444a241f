import type { ToolSchema } from '../../arguments/compile-tool-schema';
import type { ToolKnowledge } from '../../arguments/tool-knowledge';
import type { KeptSchema, UncheckedReason } from '../schemas/schema-cache';
import { anySchema } from './any-schema';

/** What the lists that passed tell of one tool, for one caller: plain values that can be handed to another thread. */
export interface ToldTool {
  /** It was in a list of anyone. */
  readonly isListed: boolean;
  /** Its arguments must fit one of these. */
  readonly schemas: readonly KeptSchema[];
  /** Why it can't be checked though it is listed; undefined where it can, or where nothing is known to check it by. */
  readonly unchecked: UncheckedReason | undefined;
  /** A pin denies it. */
  readonly denial: 'tool_changed' | 'tool_unverified' | undefined;
}

/** By tool; a tool that is not there was told nothing of. */
export type ToldTools = ReadonlyMap<string, ToldTool>;

/** What one request showed of the learned schemas. Filled while the request is judged. */
export interface Notes {
  /** Calls that break a learned schema and pass all the same: it only reports. */
  readonly mismatches: { readonly tool: string; readonly problem: string }[];
  /** Calls of listed tools that nothing could check. */
  readonly unchecked: { readonly tool: string; readonly reason: UncheckedReason }[];
  /** Tools whose calls must be judged in another thread: the verdict does not count. */
  readonly elsewhere: string[];
}

/** What decides how learned schemas are used. */
export interface LearnConfig {
  readonly unusable_schemas: 'pass' | 'deny';
  readonly tools: { readonly learn: 'off' | 'report' | 'enforce' };
}

/** What is known of the tools of a request's server, with the notes that its use leaves. */
export interface NotingKnowledge extends ToolKnowledge {
  readonly notes: Notes;
}

/**
 * Adds what was told of tools to what is configured; a configured schema wins. `compile` gives undefined for what must
 * be judged in another thread. For one request.
 */
export function knowledgeOf(
  config: LearnConfig,
  configured: ToolKnowledge,
  toldOf: (tool: string) => ToldTool | undefined,
  compile: (schema: KeptSchema) => ToolSchema | undefined,
): NotingKnowledge {
  const { learn } = config.tools;
  const notes: Notes = { mismatches: [], unchecked: [], elsewhere: [] };
  const learned = (tool: string): ToolSchema | undefined => {
    const told = learn === 'off' ? undefined : toldOf(tool);
    if (!told) return undefined;
    if (told.unchecked !== undefined) notes.unchecked.push({ tool, reason: told.unchecked });
    if (told.unchecked !== undefined || told.schemas.length === 0) return undefined;
    const compiled = told.schemas.map(compile).filter((schema) => schema !== undefined);
    if (compiled.length < told.schemas.length) {
      notes.elsewhere.push(tool);
      return undefined;
    }
    const schema = anySchema(compiled);
    return learn === 'report' ? reporting(schema, tool, notes) : schema;
  };
  return {
    notes,
    schemaOf: (tool) => configured.schemaOf(tool) ?? learned(tool),
    isListed: (tool) => learn !== 'off' && (toldOf(tool)?.isListed ?? false),
    denialOf: (tool) => {
      const told = toldOf(tool);
      if (!told || told.denial !== undefined) return told?.denial;
      const isUnusable = learn !== 'off' && told.unchecked !== undefined && !configured.schemaOf(tool);
      return isUnusable && config.unusable_schemas === 'deny' ? 'unusable_schema' : undefined;
    },
  };
}

/** Lets all pass, and notes what would not have. */
const reporting = ({ check }: ToolSchema, tool: string, notes: Notes): ToolSchema => ({
  headerParameters: [],
  check: (args) => {
    const error = check(args);
    if (error) notes.mismatches.push({ tool, problem: `/arguments${error.pointer} ${error.problem}` });
    return undefined;
  },
});
