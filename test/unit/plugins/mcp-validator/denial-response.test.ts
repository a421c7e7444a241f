import { answerOf, LEGACY, MODERN, modernPost, passOf, post, request, versionHeader } from './request';

describe('a message without response is rejected with an HTTP error', () => {
  it.each([
    [{ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: {} } }, -32602],
    [{ jsonrpc: '2.0', method: 'notifications/progress' }, -32602],
    [{ jsonrpc: '2.0', id: 1, result: 5 }, -32600],
    [{ jsonrpc: '2.0', method: 'tools/call', params: { name: 'x' } }, -32600],
  ])('%j', (body, code) => {
    expect(answerOf(post(body))).toMatchObject({ status: 400, code, id: null });
  });

  it.each([
    [{ jsonrpc: '2.0', method: 'notifications/initialized' }],
    [{ jsonrpc: '2.0', method: 'notifications/vendor/thing', params: { a: 1 } }],
    [{ jsonrpc: '2.0', id: 1, result: {} }],
  ])('%j passes', (body) => {
    expect(passOf(post(body))).toBeDefined();
  });
});

describe('the status of an error', () => {
  const bad = request('tools/call', {}, 'x');

  it.each(LEGACY)('%s: 200 as from a server, or 400', (version) => {
    const facts = post(bad, versionHeader(version));
    expect(answerOf(facts)).toMatchObject({ status: 200, code: -32602, id: 'x' });
    expect(answerOf(facts, { status_mode: 'always_4xx' })).toMatchObject({ status: 400, code: -32602, id: 'x' });
  });

  it('never 404 for an older client, which would assume that its session has ended', () => {
    const config = { unknown_methods: 'deny', status_mode: 'always_4xx' };
    expect(answerOf(post(request('vendor/x'), { 'mcp-session-id': 's' }), config)).toMatchObject({
      status: 400,
      code: -32601,
    });
  });

  it(`${MODERN}: 400, and 404 for a method`, () => {
    expect(answerOf(modernPost('tools/call', { arguments: 5, name: 'x' }))).toMatchObject({
      status: 400,
      code: -32602,
      id: 1,
    });
    expect(answerOf(modernPost('ping'))).toMatchObject({ status: 404, code: -32601, id: 1 });
  });
});
