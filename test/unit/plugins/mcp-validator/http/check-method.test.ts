import { answerOf, factsOf, JSON_HEADERS, MODERN, ONLY_MODERN, passOf, STREAM_HEADERS } from '../request';

describe('the HTTP method', () => {
  it.each(['PUT', 'PATCH', 'HEAD', 'TRACE', ''])('%s gets 405', (method) => {
    expect(answerOf(factsOf(method, JSON_HEADERS, ''))).toMatchObject({
      status: 405,
      code: -32600,
      id: null,
      headers: { Allow: 'POST, GET, DELETE' },
    });
  });

  it('Allow names POST alone where only the stateless revision is enabled', () => {
    expect(answerOf(factsOf('PUT', {}, ''), ONLY_MODERN).headers).toMatchObject({ Allow: 'POST' });
  });
});

it('OPTIONS passes, since the cors plugin handles it', () => {
  expect(passOf(factsOf('OPTIONS', { origin: 'http://localhost:3000' }, ''))).not.toHaveProperty('summary');
});

describe('GET and DELETE of stateless clients', () => {
  it.each(['GET', 'DELETE'])('%s gets 405 where no older revision is enabled', (method) => {
    expect(answerOf(factsOf(method, { ...STREAM_HEADERS, 'mcp-session-id': 's' }, ''), ONLY_MODERN)).toMatchObject({
      status: 405,
      code: -32600,
      id: null,
      headers: { Allow: 'POST' },
    });
  });

  it('also get 405 if the request declares the stateless revision', () => {
    expect(answerOf(factsOf('GET', { ...STREAM_HEADERS, 'mcp-protocol-version': MODERN }, ''))).toMatchObject({
      status: 405,
    });
  });
});
