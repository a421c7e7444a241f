import { join } from 'node:path';
import { isLargeBody } from '../../shared/runtime/side-thread/large-body';
import { BUSY, type Task, type SideThread } from '../../shared/runtime/side-thread/side-thread';
import { readCalls, readCheapCalls, type UnreadRequest, type Calls, type ReadCalls } from '../read-calls';
import type { ReadCallsInput } from './read-calls-task';

const READ_CALLS: Task<ReadCallsInput, ReadCalls> = {
  module: join(__dirname, 'read-calls-task'),
  name: 'readCallsTask',
};

/** Reads the calls of a request. */
export type CallReader = (request: UnreadRequest) => Calls | Promise<Calls>;

/** Creates a reader that reads large bodies in another thread, except cheap ones, so that they do not delay other requests. */
export function createCallReader(maxBodyBytes: number, thread: SideThread): CallReader {
  return (request) => {
    const { method, body, headers } = request;
    if (!isLargeBody(body, maxBodyBytes)) return readCalls(request, maxBodyBytes);
    const calls = readCheapCalls(request, maxBodyBytes);
    if (calls) return calls;
    return thread
      .run(READ_CALLS, body.bytes, { method, headers: headers.toRecord(), maxBodyBytes })
      .then((read) => (read === BUSY ? { kind: 'busy' } : read));
  };
}
