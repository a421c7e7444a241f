import type { ToolKnowledge } from '../arguments/tool-knowledge';
import type { CallerFacts } from '../policy/caller-rules';
import type { Rules } from '../rules';
import type { AskedRequest } from './asked-requests';
import { judgeBody, type JudgedBody } from './judge-body';
import type { AnswerPolicy } from './judge-text';
import { listPolicyOf } from './list-policy';
import type { ListRules } from './list-rules';

/** A decoded response that is held: plain values that can be passed to another thread. */
export interface HeldBody {
  readonly bytes: Uint8Array;
  readonly isEventStream: boolean;
  readonly requests: readonly AskedRequest[];
  /** The revision lets clients cache lists. */
  readonly isModern: boolean;
  readonly caller?: CallerFacts | undefined;
  /** Pinned tools that this caller must not call. */
  readonly deniedTools: readonly string[];
}

/** Judges a held response by the rules of a configuration. */
export function judgeHeld(
  { bytes: given, isEventStream, requests, isModern, caller, deniedTools }: HeldBody,
  rules: Pick<Rules, 'policyOf' | 'unknownTools' | 'configuredTools'>,
  { hides, maxTtlMs, learnsTools }: Pick<ListRules, 'hides' | 'maxTtlMs' | 'learnsTools'>,
  replaceOutput: AnswerPolicy['replaceOutput'],
): JudgedBody | undefined {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  const denied = new Set(deniedTools);
  const tools: ToolKnowledge = {
    ...rules.configuredTools,
    isKnown: (tool) => learnsTools || rules.configuredTools.isKnown(tool),
    denialOf: (tool) => (denied.has(tool) ? 'tool_changed' : undefined),
  };
  const caching = isModern ? { maxTtlMs } : undefined;
  const lists = listPolicyOf(rules.policyOf(caller), rules, tools, caching, bytes.length);
  return judgeBody(bytes, isEventStream, requests, { hides, lists, replaceOutput });
}
