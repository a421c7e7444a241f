import { batchErrorBody, errorBody } from '../../../../../../plugins/shared/mcp/json-rpc/errors';

describe('errorBody', () => {
  it.each([
    [1, { code: -32600, message: 'no' }, { jsonrpc: '2.0', id: 1, error: { code: -32600, message: 'no' } }],
    [
      null,
      { code: 429, message: 'm', data: { a: 1 } },
      { jsonrpc: '2.0', id: null, error: { code: 429, message: 'm', data: { a: 1 } } },
    ],
  ])('with id %j', (id, error, expected) => {
    expect(JSON.parse(errorBody(id, error))).toEqual(expected);
  });

  it('cuts a long message', () => {
    const body = JSON.parse(errorBody('a', { code: 1, message: 'x'.repeat(999) })) as { error: { message: string } };
    expect(body.error.message).toHaveLength(256);
  });
});

describe('batchErrorBody', () => {
  const error = { code: -32602, message: 'bad' };
  const other = { code: -32600, message: 'rejected with it' };

  it('has a response for every request of the batch, and for nothing else', () => {
    const body = batchErrorBody(
      [
        { kind: 'request', id: 1, method: 'a' },
        { kind: 'notification', method: 'b' },
        { kind: 'request', id: 'two', method: 'c' },
      ],
      (index) => index === 2,
      error,
      other,
    );
    expect(JSON.parse(body ?? '')).toEqual([
      { jsonrpc: '2.0', id: 1, error: other },
      { jsonrpc: '2.0', id: 'two', error },
    ]);
  });

  it('returns no response for a batch without requests', () => {
    expect(batchErrorBody([{ kind: 'notification', method: 'b' }], () => true, error, other)).toBeUndefined();
  });
});
