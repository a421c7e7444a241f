import { MessageChannel } from 'node:worker_threads';
import { readConfig } from '../../../../../kong/pdk/read-config';
import { checkMessages } from '../../../../../plugins/mcp-validator/decision/check-messages';
import { decideTask } from '../../../../../plugins/mcp-validator/large-bodies/decide-task';
import type { AnnouncedTool } from '../../../../../plugins/mcp-validator/learning/tools/announced-tool';
import { fields } from '../../../../../plugins/mcp-validator/schema';
import { readJsonRpcBody } from '../../../../../plugins/shared/mcp/json-rpc/read-body';
import { post, request } from '../request';

jest.mock('../../../../../plugins/shared/mcp/json-rpc/read-body', () => {
  const actual = jest.requireActual<object>('../../../../../plugins/shared/mcp/json-rpc/read-body');
  return { readJsonRpcBody: jest.fn((actual as { readJsonRpcBody: typeof readJsonRpcBody }).readJsonRpcBody) };
});
jest.mock('../../../../../plugins/mcp-validator/decision/check-messages', () => {
  const actual = jest.requireActual<object>('../../../../../plugins/mcp-validator/decision/check-messages');
  return { checkMessages: jest.fn((actual as { checkMessages: typeof checkMessages }).checkMessages) };
});

const denied: AnnouncedTool = { isListed: true, schemas: [], unchecked: undefined, denial: 'tool_changed' };

it('parses and checks a body once, though it learns only then which tools the body calls', async () => {
  const { method, path, headers, body } = post([
    request('tools/call', { name: 'unknown' }, 1),
    request('tools/call', { name: 'add' }, 2),
  ]);
  const bytes = body.kind === 'bytes' ? body.bytes : new Uint8Array();
  const { port1, port2 } = new MessageChannel();
  const questions: unknown[] = [];
  port1.on('message', (names) => {
    questions.push(names);
    port1.postMessage(new Map([['add', denied]]));
  });
  const config = JSON.stringify(readConfig(fields, { tools: { learn: 'enforce' } }));
  const input = { config, method, path, headers: headers.toRecord(), headersTruncated: false, bytes, port: port2 };
  const { decision } = await decideTask(input);
  port1.close();
  expect(decision).toMatchObject({ kind: 'reject', response: { reason: 'tool_changed' } });
  expect(questions).toEqual([['unknown', 'add']]);
  expect(readJsonRpcBody).toHaveBeenCalledTimes(1);
  expect(checkMessages).toHaveBeenCalledTimes(1);
});
