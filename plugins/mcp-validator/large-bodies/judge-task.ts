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

interface Configuration {
  readonly rules: Rules;
  readonly maxDepth: number;
}

/** Kept compiled in the thread, the longest unused forgotten first. */
const MAX_CONFIGURATIONS = 32;
const MAX_SCHEMAS = 500;

const configurations = new LRUCache<string, Configuration>({ max: MAX_CONFIGURATIONS, memoMethod: compileConfig });
const compiledSchemas = new LRUCache<string, CompiledSchema>({ max: MAX_SCHEMAS });

/** Judges as {@link judge} does, in the thread that calls it, from values that can be handed from thread to thread. */
export function judgeTask({ config, headers, headersTruncated, bytes, told }: JudgeInput): Verdict {
  const { rules, maxDepth } = configurations.memo(config);
  const facts = {
    method: 'POST',
    headers: Headers.from(headers),
    headersTruncated,
    body: { kind: 'bytes', bytes } as const,
  };
  const compile = (text: string) => compiled(text, maxDepth);
  return judge(facts, rules, told && withToldTools(rules.configuredTools, told, compile));
}

function compileConfig(text: string): Configuration {
  const config = JSON.parse(text) as RulesConfig;
  return { rules: compileRules(config), maxDepth: config.max_depth };
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
