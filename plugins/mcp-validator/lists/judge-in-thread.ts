import { join } from 'node:path';
import { BUSY, type SideThread, type Task } from '../../shared/runtime/side-thread/side-thread';
import type { CachedSchema } from '../learning/schemas/schema-cache';
import type { OutputSchema } from '../outputs/compile-output-schema';
import { compileLearned, type LearnedOutputs } from '../outputs/learned-outputs';
import type { RulesConfig } from '../rules';
import type { AskedRequest } from './asked-requests';
import type { JudgedBody } from './judge-body';
import { judgeHeld, type HeldBody, type HeldRules } from './judge-held';
import type { JudgeInput } from './judge-task';
import { listMethodOf } from './list-methods';

const JUDGE: Task<JudgeInput, JudgedBody | undefined> = { module: join(__dirname, 'judge-task'), name: 'judgeTask' };

/** Bodies of up to this size are judged in the main thread, in some 2 ms: a list of 300 tools. */
const MAX_MAIN_THREAD_BYTES = 262_144;
/** The rules for URIs compare several readings of each one. */
const MAX_MAIN_THREAD_URI_BYTES = 16_384;

/** Judges a decoded response; undefined if it cannot be understood. Rejects only if the thread dies. */
export type JudgeBody = (held: HeldBody, service: string) => JudgedBody | undefined | Promise<JudgedBody | undefined>;

/** Compiles a learned schema; undefined if it must not be compiled in this thread, or not now. */
export type CompileOutput = (service: string, schema: CachedSchema) => OutputSchema | undefined;

/**
 * Returns the function that judges responses by a configuration: small ones at once, large ones in another thread. A body
 * counts as not understood if too many bytes are waiting for that thread. Large learned schemas are used only there.
 */
export function createJudge(
  config: RulesConfig,
  rules: HeldRules,
  thread: SideThread,
  compileOutput: CompileOutput,
): JudgeBody {
  let configText: string | undefined;
  return async (held, service) => {
    if (held.bytes.length <= maxMainThreadBytes(held.requests)) {
      const learned = compileLearned(held.learnedOutputs ?? NOTHING, (schema) => compileOutput(service, schema));
      if (learned) return judgeHeld(held, rules, learned);
    }
    const { bytes, ...rest } = held;
    const result = await thread.run(JUDGE, bytes, { ...rest, config: (configText ??= JSON.stringify(config)) });
    if (result === BUSY || result === undefined) return undefined;
    // A Buffer arrives as a plain array of bytes.
    const { buffer, byteOffset, byteLength } = result.bytes;
    return { ...result, bytes: Buffer.from(buffer, byteOffset, byteLength) };
  };
}

const NOTHING: LearnedOutputs = new Map();

const maxMainThreadBytes = (requests: readonly AskedRequest[]): number =>
  requests.some(({ method }) => listMethodOf(method)?.kind === 'resources')
    ? MAX_MAIN_THREAD_URI_BYTES
    : MAX_MAIN_THREAD_BYTES;
