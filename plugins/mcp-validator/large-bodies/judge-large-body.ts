import { join } from 'node:path';
import { UNAVAILABLE } from '../../shared/json-rpc/errors';
import { BUSY, type Task, type SideThread } from '../../shared/side-thread/side-thread';
import { answerHttpFault } from '../answers/answer';
import type { HttpFacts } from '../facts';
import type { Verdict } from '../judge';
import type { ToldTools } from '../learning/told-tools';
import type { RulesConfig } from '../rules';
import type { JudgeInput } from './judge-task';

const JUDGE: Task<JudgeInput, Verdict> = { module: join(__dirname, 'judge-task'), name: 'judgeTask' };

const TOO_BUSY: Verdict = {
  kind: 'refuse',
  refusal: answerHttpFault({
    status: 503,
    reason: 'busy',
    code: UNAVAILABLE,
    message: 'Too many large bodies are being checked; try again',
    headers: { 'Retry-After': '1' },
  }),
};

/** Judges a POST request in another thread, so that its large body does not hold up all others. */
export type LargeBodyJudge = (facts: HttpFacts, bytes: Uint8Array, toldOf: ToldOf) => Promise<Verdict>;

/** What the request's server told of tools; undefined where that is nothing. */
type ToldOf = (tools: readonly string[]) => ToldTools | undefined;

/**
 * The judge of a configuration. Gives the verdict that `judge` would give, or one of its own, 503, when too many bodies
 * wait already; rejects only when the thread dies.
 */
export function createLargeBodyJudge(config: RulesConfig, thread: SideThread): LargeBodyJudge {
  const configText = JSON.stringify(config);
  const judgeBytes = async (facts: HttpFacts, bytes: Uint8Array, told?: ToldTools): Promise<Verdict> => {
    const { headersTruncated } = facts;
    const input = { config: configText, headers: facts.headers.toRecord(), headersTruncated, told };
    const verdict = await thread.run(JUDGE, bytes, input);
    return verdict === BUSY ? TOO_BUSY : verdict;
  };
  return async (facts, bytes, toldOf) => {
    const verdict = await judgeBytes(facts, bytes);
    // Only now it is known which tools the body names.
    const told = toldOf(toolsOf(verdict));
    return told ? judgeBytes(facts, bytes, told) : verdict;
  };
}

const toolsOf = ({ summary }: Verdict): readonly string[] =>
  summary?.messages.flatMap(({ method, name }) => (method === 'tools/call' && name !== undefined ? [name] : [])) ?? [];
