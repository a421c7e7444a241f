import { LRUCache } from 'lru-cache';
import { compileRules, type Rules, type RulesConfig } from '../rules';
import type { JudgedBody } from './judge-body';
import { judgeHeld, type HeldBody } from './judge-held';

/** A held response that is judged in another thread. */
export interface JudgeInput extends HeldBody {
  /** JSON text of {@link RulesConfig}. */
  readonly config: string;
}

/** Configurations that the thread keeps compiled; the least recently used is dropped first. */
const MAX_CONFIGURATIONS = 32;

const configurations = new LRUCache<string, Rules>({
  max: MAX_CONFIGURATIONS,
  memoMethod: (text) => compileRules(JSON.parse(text) as RulesConfig),
});

/** {@link judgeHeld} in the thread that calls it. */
export const judgeTask = ({ config, ...held }: JudgeInput): JudgedBody | undefined =>
  judgeHeld(held, configurations.memo(config));
