import { join } from 'node:path';
import { UNAVAILABLE } from '../../shared/mcp/json-rpc/errors';
import { BUSY, type SideThread, type Task } from '../../shared/runtime/side-thread/side-thread';
import { rejectUnread } from '../decision/decision';
import { httpFaultResponse } from '../denial-response';
import type { AnnouncedTools } from '../learning/tools/announced-tool';
import type { HttpFacts } from '../protocol/http-facts';
import type { DecideConfig, DecideInput, DecideResult } from './decide-task';

const DECIDE: Task<DecideInput, DecideResult> = { module: join(__dirname, 'decide-task'), name: 'decideTask' };

const TOO_BUSY: DecideResult = {
  decision: rejectUnread(
    httpFaultResponse({
      status: 503,
      reason: 'busy',
      code: UNAVAILABLE,
      message: 'Too many large requests are being checked; retry later',
      headers: { 'Retry-After': '1' },
    }),
  ),
  findings: undefined,
};

/** Decides about a request in another thread, so that its large body or its tool's schema does not block all others. */
export type DecideInThread = (
  facts: HttpFacts,
  bytes: Uint8Array,
  announcedTools: AnnouncedToolsOf | undefined,
) => Promise<DecideResult>;

/** What the server of the request announced about these tools; undefined if that is nothing. */
export type AnnouncedToolsOf = (names: readonly string[]) => AnnouncedTools | undefined;

/**
 * Returns the function that decides by a configuration. Its decision is that of `decide`, or a rejection with 503 if too
 * many bodies are waiting. The body is parsed once; the thread then asks for the tools that the body calls. Rejects only
 * if the thread dies.
 */
export function createDecideInThread(config: DecideConfig, thread: SideThread): DecideInThread {
  const configText = JSON.stringify(config);
  return async (facts, bytes, announcedTools) => {
    const { method, path, headersTruncated, caller } = facts;
    const input = { config: configText, method, path, headers: facts.headers.toRecord(), headersTruncated, caller };
    const result = await thread.run(DECIDE, bytes, input, announcedTools);
    return result === BUSY ? TOO_BUSY : result;
  };
}
