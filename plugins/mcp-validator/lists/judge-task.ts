import { LRUCache } from 'lru-cache';
import type { CachedSchema } from '../learning/schemas/schema-cache';
import { compileOutputSchema, type OutputSchema } from '../outputs/compile-output-schema';
import { compileLearned } from '../outputs/learned-outputs';
import { compileRules, type Rules, type RulesConfig } from '../rules';
import type { JudgedBody } from './judge-body';
import { judgeHeld, type HeldBody } from './judge-held';

/** A held response that is judged in another thread. */
export interface JudgeInput extends HeldBody {
  /** JSON text of {@link RulesConfig}. */
  readonly config: string;
}

/** Configurations and schemas that the thread keeps compiled; the least recently used is dropped first. */
const MAX_CONFIGURATIONS = 32;
const MAX_SCHEMAS = 500;

const schemas = new LRUCache<string, OutputSchema>({ max: MAX_SCHEMAS });

const configurations = new LRUCache<string, Rules>({
  max: MAX_CONFIGURATIONS,
  memoMethod: (text) => compileRules(JSON.parse(text) as RulesConfig),
});

/** {@link judgeHeld} in the thread that calls it. */
export const judgeTask = ({ config, ...held }: JudgeInput): JudgedBody | undefined =>
  judgeHeld(held, configurations.memo(config), held.learnedOutputs && compileLearned(held.learnedOutputs, compiled));

/** @throws Error if a schema that was compiled before cannot be compiled again, which is a bug */
function compiled({ key, text }: CachedSchema): OutputSchema {
  const known = schemas.get(key);
  if (known) return known;
  const made = compileOutputSchema(text);
  if (!made.ok) throw new Error(`a learned output schema ${made.problem}`);
  schemas.set(key, made.schema);
  return made.schema;
}
