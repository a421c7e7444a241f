import { answerOf, factsOf, JSON_HEADERS, passOf, ping, post, STREAM_HEADERS } from '../request';

describe('an upgrade of the connection', () => {
  it.each([
    ['GET', 'websocket'],
    ['POST', 'WebSocket'],
    ['DELETE', 'h2c, websocket'],
    ['OPTIONS', ['h2c', 'websocket']],
  ])('of a %s to %j is rejected: messages in a WebSocket would bypass the validator', (method, upgrade) => {
    const headers = { ...JSON_HEADERS, ...STREAM_HEADERS, 'mcp-session-id': 's', upgrade };
    expect(answerOf(factsOf(method, headers, method === 'POST' ? JSON.stringify(ping) : ''))).toMatchObject({
      status: 400,
      code: -32600,
      id: null,
      reason: 'web_socket',
    });
  });

  it('that HTTP clients offer with each request passes', () => {
    expect(passOf(post(ping, { upgrade: 'h2c' }))).toBeDefined();
  });
});
