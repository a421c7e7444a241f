import { visiblePolicy } from '../access/visible';
import type { ToolKnowledge } from '../arguments/tool-knowledge';
import type { OutputSchema } from '../outputs/compile-output-schema';
import type { LearnedOutputs } from '../outputs/learned-outputs';
import { replaceOutput } from '../outputs/output-rules';
import type { CallerFacts } from '../policy/caller-rules';
import type { Rules } from '../rules';
import type { AskedRequest } from './asked-requests';
import { judgeBody, type JudgedBody } from './judge-body';
import { listPolicyOf, readingsOfList } from './list-policy';

/** A decoded response that is held: plain values that can be passed to another thread. */
export interface HeldBody {
  readonly bytes: Uint8Array;
  readonly isEventStream: boolean;
  readonly requests: readonly AskedRequest[];
  /** The revision lets clients cache lists. */
  readonly isModern: boolean;
  readonly caller?: CallerFacts | undefined;
  /** The tools that this caller can call by their pins and by what is known; undefined if that does not depend on a list. */
  readonly usableTools: readonly string[] | undefined;
  /** For the tools that the request calls. */
  readonly learnedOutputs?: LearnedOutputs;
}

/** The rules by which responses are judged. */
export type HeldRules = Pick<Rules, 'access' | 'policyOf' | 'unknownTools' | 'configuredTools' | 'lists' | 'outputs'>;

/** Judges a held response by the rules of a configuration. `learned` are the compiled schemas of its learned outputs. */
export function judgeHeld(
  { bytes: given, isEventStream, requests, isModern, caller, usableTools }: HeldBody,
  rules: HeldRules,
  learned: ReadonlyMap<string, OutputSchema> = NOTHING_LEARNED,
): JudgedBody | undefined {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const { hides, maxTtlMs } = rules.lists;
  const caching = isModern ? { maxTtlMs } : undefined;
  const readings = readingsOfList(bytes.length);
  const policy = visiblePolicy(rules.policyOf(caller), rules, caller, readings);
  const { mode, learnedMode, schemaOf } = rules.outputs;
  const strictSchema = (tool: string): OutputSchema | undefined => {
    const configured = schemaOf(tool);
    if (configured) return mode === 'strict' ? configured : undefined;
    return learnedMode === 'strict' ? learned.get(tool) : undefined;
  };
  const lists = listPolicyOf(policy, rules, knowledgeOf(rules, usableTools), caching, readings);
  return judgeBody(bytes, isEventStream, requests, {
    hides,
    lists,
    replaceOutput: (tool, result) => replaceOutput(strictSchema(tool), result, isModern),
  });
}

const NOTHING_LEARNED: ReadonlyMap<string, OutputSchema> = new Map();

function knowledgeOf(
  { configuredTools }: Pick<HeldRules, 'configuredTools'>,
  usableTools: readonly string[] | undefined,
): ToolKnowledge {
  if (usableTools === undefined) return configuredTools;
  const usable = new Set(usableTools);
  return {
    ...configuredTools,
    isKnown: (tool) => usable.has(tool),
    denialOf: (tool) => (usable.has(tool) ? undefined : 'tool_unverified'),
  };
}
