import { LRUCache } from 'lru-cache';
import { Headers } from '../../../kong/pdk';
import { compileToolSchema, type ToolSchema } from '../arguments/compile-tool-schema';
import { judge, type Verdict } from '../decision/decide';
import type { KeptSchema } from '../learning/schemas/schema-cache';
import { knowledgeOf, type LearnConfig, type Notes, type ToldTools } from '../learning/tools/announced-tool';
import { compileRules, type Rules, type RulesConfig } from '../rules';

/** What of a configuration decides about a request. */
export type JudgeConfig = RulesConfig & LearnConfig;

/** A request whose body is to be judged in another thread. */
export interface JudgeInput {
  /** JSON text of {@link JudgeConfig}. */
  readonly config: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly headersTruncated: boolean;
  readonly bytes: Uint8Array;
  /** What the server told of the tools that the body names; undefined where nothing is known. */
  readonly told: ToldTools | undefined;
}

/** A verdict, and what was noted of learned schemas on the way. */
export interface Judged {
  readonly verdict: Verdict;
  readonly notes: Notes | undefined;
}

interface Configuration {
  readonly config: JudgeConfig;
  readonly rules: Rules;
}

/** Kept compiled in the thread, the longest unused forgotten first. */
const MAX_CONFIGURATIONS = 32;
const MAX_SCHEMAS = 500;

const configurations = new LRUCache<string, Configuration>({ max: MAX_CONFIGURATIONS, memoMethod: compileConfig });
const compiledSchemas = new LRUCache<string, ToolSchema>({ max: MAX_SCHEMAS });

/** Judges as {@link judge} does, in the thread that calls it, from values that can be handed from thread to thread. */
export function judgeTask({ config: text, method, path, headers, headersTruncated, bytes, told }: JudgeInput): Judged {
  const { rules, config } = configurations.memo(text);
  const facts = {
    method,
    path,
    headers: Headers.from(headers),
    headersTruncated,
    body: { kind: 'bytes', bytes } as const,
  };
  if (!told) return { verdict: judge(facts, rules), notes: undefined };
  const knowledge = knowledgeOf(config, rules.configuredTools, (tool) => told.get(tool), compiled);
  return { verdict: judge(facts, rules, knowledge), notes: knowledge.notes };
}

function compileConfig(text: string): Configuration {
  const config = JSON.parse(text) as JudgeConfig;
  return { config, rules: compileRules(config) };
}

/** @throws Error when a schema that was compiled before can't be compiled again, which is a bug */
function compiled({ key, text }: KeptSchema): ToolSchema {
  const known = compiledSchemas.get(key);
  if (known) return known;
  const made = compileToolSchema(text);
  if (!made.ok) throw new Error(`a learned schema ${made.problem}`);
  compiledSchemas.set(key, made.schema);
  return made.schema;
}
