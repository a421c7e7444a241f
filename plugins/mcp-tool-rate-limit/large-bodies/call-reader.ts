import { join } from 'node:path';
import { isLargeBody } from '../../shared/runtime/side-thread/large-body';
import { BUSY, type Task, type SideThread } from '../../shared/runtime/side-thread/side-thread';
import { readCalls, type BodyFacts, type Calls, type ReadCalls } from '../read-calls';
import type { ReadCallsInput } from './read-calls-task';

const READ_CALLS: Task<ReadCallsInput, ReadCalls> = {
  module: join(__dirname, 'read-calls-task'),
  name: 'readCallsTask',
};

/** Reads the calls of a request. */
export type CallReader = (facts: BodyFacts) => Calls | Promise<Calls>;

/** A reader that takes large bodies to another thread, so that they don't hold up all others. */
export function createCallReader(maxBodyBytes: number, thread: SideThread): CallReader {
  return (facts) => {
    const { method, body, headers } = facts;
    if (!isLargeBody(body, maxBodyBytes)) return readCalls(facts, maxBodyBytes);
    return thread
      .run(READ_CALLS, body.bytes, { method, headers: headers.toRecord(), maxBodyBytes })
      .then((calls) => (calls === BUSY ? { kind: 'busy' } : calls));
  };
}
