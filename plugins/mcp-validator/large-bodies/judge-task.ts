import { LRUCache } from 'lru-cache';
import { Headers } from '../../../kong/pdk';
import { compileToolSchema, type CompiledSchema } from '../arguments/compile-schema';
import { judge, type Verdict } from '../judge';
import { withToldTools, type ToldTools } from '../learning/told-tools';
import { compileRules, type Rules, type RulesConfig } from '../rules';

/** A POST request whose body is to be judged in another thread. */
export interface JudgeInput {
  /** JSON text of {@link RulesConfig}. */
  readonly config: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly headersTruncated: boolean;
  readonly bytes: Uint8Array;
  /** What the server told of the tools that the body names; undefined where nothing is known. */
  readonly told: ToldTools | undefined;
}

/** Kept compiled in each thread, the longest unused forgotten first. */
const MAX_CONFIGURATIONS = 32;
const MAX_SCHEMAS = 500;

const rulesByConfig = new LRUCache<string, { readonly rules: Rules; readonly maxDepth: number }>({
  max: MAX_CONFIGURATIONS,
});
const compiledSchemas = new LRUCache<string, CompiledSchema>({ max: MAX_SCHEMAS });

/** Judges as {@link judge} does, in the thread that calls it, from values that can be handed from thread to thread. */
export function judgeTask({ config, headers, headersTruncated, bytes, told }: JudgeInput): Verdict {
  const { rules, maxDepth } = rulesOf(config);
  const facts = {
    method: 'POST',
    headers: Headers.from(headers),
    headersTruncated,
    body: { kind: 'bytes', bytes } as const,
  };
  const compile = (text: string) => compiled(text, maxDepth);
  return judge(facts, rules, told && withToldTools(rules.configuredTools, told, compile));
}

function rulesOf(text: string): { readonly rules: Rules; readonly maxDepth: number } {
  const known = rulesByConfig.get(text);
  if (known) return known;
  const config = JSON.parse(text) as RulesConfig;
  const made = { rules: compileRules(config), maxDepth: config.max_depth };
  rulesByConfig.set(text, made);
  return made;
}

function compiled(schemaText: string, maxDepth: number): CompiledSchema {
  // The depth decides about what is safe to compile.
  const key = `${maxDepth} ${schemaText}`;
  const known = compiledSchemas.get(key);
  if (known) return known;
  const made = compileToolSchema(schemaText, maxDepth);
  compiledSchemas.set(key, made);
  return made;
}
