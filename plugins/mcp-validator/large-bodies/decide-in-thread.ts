import { join } from 'node:path';
import { UNAVAILABLE } from '../../shared/mcp/json-rpc/errors';
import { BUSY, type Task, type SideThread } from '../../shared/runtime/side-thread/side-thread';
import type { Verdict } from '../decision/decide';
import { answerHttpFault } from '../decision/denial-response';
import type { ToldTools } from '../learning/tools/announced-tool';
import type { HttpFacts } from '../protocol/http-facts';
import type { Judged, JudgeConfig, JudgeInput } from './decide-task';
import { guessNames } from './guess-names';

const JUDGE: Task<JudgeInput, Judged> = { module: join(__dirname, 'decide-task'), name: 'judgeTask' };

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

/** Judges a request in another thread, so that its large body or its tool's schema does not hold up all others. */
export type LargeBodyJudge = (
  facts: HttpFacts,
  bytes: Uint8Array,
  toldOf: ToldOf,
  names?: readonly string[],
) => Promise<Judged>;

/** What the request's server told of tools; undefined where that is nothing. */
export type ToldOf = (tools: readonly string[]) => ToldTools | undefined;

/**
 * The judge of a configuration. Gives the verdict that `judge` would give, or one of its own, 503, when too many bodies
 * wait already; rejects only when the thread dies. `names`: the tools that the body calls, where they are known already;
 * else they are guessed, and a body is judged twice when something was told of a tool that was not among the guesses.
 */
export function createLargeBodyJudge(config: JudgeConfig, thread: SideThread): LargeBodyJudge {
  const configText = JSON.stringify(config);
  const judgeBytes = async (facts: HttpFacts, bytes: Uint8Array, told?: ToldTools): Promise<Judged> => {
    const { method, path, headersTruncated } = facts;
    const input = { config: configText, method, path, headers: facts.headers.toRecord(), headersTruncated, told };
    const judged = await thread.run(JUDGE, bytes, input);
    return judged === BUSY ? { verdict: TOO_BUSY, notes: undefined } : judged;
  };
  return async (facts, bytes, toldOf, names = guessNames(bytes)) => {
    const judged = await judgeBytes(facts, bytes, toldOf(names));
    // Only now it is known which tools the body names.
    const called = calledTools(judged.verdict);
    const others = called.filter((name) => !names.includes(name));
    return others.length > 0 && toldOf(others) ? judgeBytes(facts, bytes, toldOf(called)) : judged;
  };
}

/** The tools that a request calls, as far as it could be read. */
export const calledTools = ({ summary }: Verdict): readonly string[] =>
  summary?.messages.flatMap(({ method, name }) => (method === 'tools/call' && name !== undefined ? [name] : [])) ?? [];
