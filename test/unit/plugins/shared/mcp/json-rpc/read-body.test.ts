import fc from 'fast-check';
import { readJsonRpcBody } from '../../../../../../plugins/shared/mcp/json-rpc/read-body';

const bounds = { maxDepth: 64, maxValues: 1000, maxBatch: 3 };
const read = (text: string) => readJsonRpcBody(Buffer.from(text), bounds);
const ping = (id: string) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`;

describe('readJsonRpcBody reads', () => {
  it.each([
    [ping('1'), { kind: 'request', id: 1, method: 'ping' }],
    [ping('"a"'), { kind: 'request', id: 'a', method: 'ping' }],
    [ping('-7'), { kind: 'request', id: -7, method: 'ping' }],
    [ping('9007199254740991'), { kind: 'request', id: 9007199254740991, method: 'ping' }],
    ['{"method":"m","params":{"a":[1]},"jsonrpc":"2.0"}', { kind: 'notification', method: 'm', params: { a: [1] } }],
    ['{"jsonrpc":"2.0","id":0,"result":{}}', { kind: 'response', id: 0 }],
    ['{"jsonrpc":"2.0","id":"x","error":{"code":-1,"message":""}}', { kind: 'response', id: 'x' }],
    ['{"jsonrpc":"2.0","error":{"code":-1,"message":"","data":[]}}', { kind: 'response' }],
  ])('%s', (text, message) => {
    expect(read(text)).toEqual({ ok: true, batch: false, messages: [message] });
  });

  it('a batch, in order', () => {
    expect(read(`[${ping('1')},${ping('"1"')},{"jsonrpc":"2.0","method":"n"}]`)).toEqual({
      ok: true,
      batch: true,
      messages: [
        { kind: 'request', id: 1, method: 'ping' },
        { kind: 'request', id: '1', method: 'ping' },
        { kind: 'notification', method: 'n' },
      ],
    });
  });
});

describe('readJsonRpcBody rejects with 400', () => {
  it.each([
    ['not json', -32700, null, 'invalid_json'],
    ['', -32700, null, 'empty_body'],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}', -32700, null, 'duplicate_key'],
    ['"text"', -32600, null, 'not_an_object'],
    ['{}', -32600, null, 'invalid_jsonrpc'],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600, 1, 'invalid_jsonrpc'],
    ['{"jsonrpc":2.0,"id":1,"method":"ping"}', -32600, 1, 'invalid_jsonrpc'],
    [ping('null'), -32600, null, 'invalid_id'],
    [ping('1.5'), -32600, null, 'invalid_id'],
    [ping('7.0'), -32600, null, 'invalid_id'],
    [ping('1e2'), -32600, null, 'invalid_id'],
    [ping('9007199254740992'), -32600, null, 'invalid_id'],
    [ping('true'), -32600, null, 'invalid_id'],
    [ping('[1]'), -32600, null, 'invalid_id'],
    ['{"jsonrpc":"2.0","id":1,"method":5}', -32600, null, 'invalid_method'],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}', -32600, 1, 'invalid_params'],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":null}', -32600, 1, 'invalid_params'],
    ['{"jsonrpc":"2.0","id":1,"method":"m","Params":{}}', -32600, 1, 'unknown_member'],
    ['{"jsonrpc":"2.0","id":1,"method":"m","param\u017f":{}}', -32600, 1, 'unknown_member'],
    ['{"jsonrpc":"2.0","id":1,"method":"m","__proto__":{}}', -32600, 1, 'unknown_member'],
    ['{"jsonrpc":"2.0","id":1,"method":"m","result":{}}', -32600, 1, 'invalid_response'],
    ['{"jsonrpc":"2.0","id":1}', -32600, null, 'invalid_response'],
    ['{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}', -32600, null, 'invalid_response'],
    ['{"jsonrpc":"2.0","id":1,"result":{},"params":{}}', -32600, null, 'invalid_response'],
    ['{"jsonrpc":"2.0","id":1,"result":[]}', -32600, null, 'invalid_response'],
    ['{"jsonrpc":"2.0","result":{}}', -32600, null, 'invalid_id'],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":""}}', -32600, null, 'invalid_response'],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1}}', -32600, null, 'invalid_response'],
    ['[]', -32600, null, 'empty_batch'],
    [`[${ping('1')},${ping('2')},${ping('3')},${ping('4')}]`, -32600, null, 'batch_too_large'],
    [`[${ping('1')},${ping('1')}]`, -32600, null, 'duplicate_id'],
    [`[${ping('1')},5]`, -32600, null, 'not_an_object'],
    [`[${ping('1')},${ping('2e0')}]`, -32600, null, 'invalid_id'],
    [`[[${ping('1')}]]`, -32600, null, 'not_an_object'],
  ])('%s', (text, code, id, reason) => {
    expect(read(text)).toMatchObject({ ok: false, status: 400, code, id, reason });
  });

  it('names the position and the fix, without repeating values', () => {
    expect(read('{"secret":1,"secret":2}')).toMatchObject({
      message: 'Parse error: An object has the same key twice (at byte 12)',
    });
    expect(read(ping('1.5'))).toMatchObject({ message: expect.stringContaining('/id') as string });
  });
});

it('any bytes get a result', () => {
  const member = fc.constantFrom(
    '"jsonrpc":"2.0"',
    '"id":1',
    '"id":"a"',
    '"method":"m"',
    '"params":{}',
    '"result":{}',
    '"error":{}',
    '"x":1',
  );
  const messages = fc.array(member, { maxLength: 5 }).map((list) => `{${list.join()}}`);
  fc.assert(
    fc.property(
      fc.oneof(
        messages,
        fc.array(messages, { maxLength: 5 }).map((list) => `[${list.join()}]`),
      ),
      (text) => {
        const body = read(text);
        if (!body.ok) {
          expect(body.message.length).toBeLessThanOrEqual(256);
          return;
        }
        for (const message of body.messages) expect(['request', 'notification', 'response']).toContain(message.kind);
      },
    ),
  );
});
