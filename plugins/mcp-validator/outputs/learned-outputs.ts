import type { MessageEntry, MessageSummary } from '../../shared/mcp/message-summary';
import type { CachedSchema, UncheckedReason } from '../learning/schemas/schema-cache';
import type { AnnouncedOutput } from '../learning/tools/service-outputs';
import { askedRequestsOf, type AskedRequest } from '../lists/asked-requests';
import { anyOutputSchema, type OutputSchema } from './compile-output-schema';
import type { OutputRules } from './output-rules';

/** The learned output schemas of the tools that a request calls: plain values that can be passed to another thread. */
export type LearnedOutputs = ReadonlyMap<string, readonly CachedSchema[]>;

/** What was learned about the tools that a request calls. */
export interface CalledOutputs {
  readonly schemas: LearnedOutputs;
  /** Why the output of further tools cannot be checked although their server announced a schema. */
  readonly unchecked: readonly UncheckedReason[];
}

const NOTHING: CalledOutputs = { schemas: new Map(), unchecked: [] };

/** Whether the result of a request is output: that of a call which runs as a task is a task. */
export const isOutputCall = <T extends Pick<MessageEntry, 'method' | 'name' | 'task'>>(
  request: T,
): request is T & { readonly name: string } =>
  request.method === 'tools/call' && request.name !== undefined && !request.task;

/** The calls whose results are output. */
export const outputCalls = (requests: readonly AskedRequest[]): readonly (AskedRequest & { readonly name: string })[] =>
  requests.filter(isOutputCall);

/** The learned schemas for the calls of a request. A configured schema takes precedence. */
export function calledOutputs(
  requests: readonly AskedRequest[],
  { isConfigured }: Pick<OutputRules, 'isConfigured'>,
  outputOf: (tool: string) => AnnouncedOutput,
): CalledOutputs {
  const calls = outputCalls(requests);
  if (calls.length === 0) return NOTHING;
  const schemas = new Map<string, readonly CachedSchema[]>();
  const unchecked: UncheckedReason[] = [];
  for (const name of new Set(calls.map((call) => call.name))) {
    const found = isConfigured(name) ? undefined : outputOf(name);
    if (typeof found === 'string') unchecked.push(found);
    else if (found) schemas.set(name, found);
  }
  return { schemas, unchecked };
}

/** True if the output of the summary's calls could be checked by what is learned. */
export const callsTools = (summary: MessageSummary): boolean => outputCalls(askedRequestsOf(summary)).length > 0;

/** Compiles the schemas of each tool into one; undefined if one of them must not be compiled in this thread, or not now. */
export function compileLearned(
  outputs: LearnedOutputs,
  compile: (schema: CachedSchema) => OutputSchema | undefined,
): ReadonlyMap<string, OutputSchema> | undefined {
  const compiled = new Map<string, OutputSchema>();
  for (const [tool, schemas] of outputs) {
    const all = schemas.map(compile).filter((schema) => schema !== undefined);
    if (all.length < schemas.length) return undefined;
    compiled.set(tool, anyOutputSchema(all));
  }
  return compiled;
}
