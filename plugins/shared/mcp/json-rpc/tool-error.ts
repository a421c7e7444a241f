import { isModern, type Revision } from '../revisions';
import { MAX_MESSAGE_LENGTH } from './errors';
import type { RequestId } from './message';

/**
 * The response to a tools/call as a tool error, as JSON text: the model sees the message and can correct its call
 * (2025-11-25, server/tools "Error Handling").
 */
export function toolErrorBody(id: RequestId | null, message: string, revision: Revision | undefined): string {
  const result = {
    content: [{ type: 'text', text: message.slice(0, MAX_MESSAGE_LENGTH) }],
    isError: true,
    ...(revision !== undefined && isModern(revision) && { resultType: 'complete' }),
  };
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}
