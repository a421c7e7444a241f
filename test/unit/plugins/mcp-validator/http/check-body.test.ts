import { answerOf, factsOf, JSON_HEADERS, passOf, ping, post, STREAM_HEADERS } from '../request';

describe('the size of the body', () => {
  const text = JSON.stringify(ping);

  it('passes at the bound and gets 413 above it', () => {
    expect(passOf(post(ping), { max_body_bytes: text.length })).toBeDefined();
    expect(answerOf(post(ping), { max_body_bytes: text.length - 1 })).toMatchObject({
      status: 413,
      code: -32600,
      id: null,
    });
  });

  it.each([{ kind: 'spilled' } as const, { kind: 'failed', message: 'no body' } as const])(
    '%j fails closed',
    (body) => {
      expect(answerOf(factsOf('POST', JSON_HEADERS, body))).toMatchObject({ status: 413, code: -32600, id: null });
    },
  );
});

describe('bodies of GET, DELETE and OPTIONS', () => {
  it.each([
    ['OPTIONS', {}, JSON.stringify(ping)],
    ['OPTIONS', { 'transfer-encoding': 'chunked' }, ''],
    ['GET', {}, 'x'],
    ['DELETE', { 'mcp-session-id': 's' }, '{}'],
    ['GET', { 'content-length': '5' }, ''],
    ['GET', { 'transfer-encoding': 'chunked' }, ''],
    ['GET', {}, { kind: 'spilled' } as const],
  ])('%s %j %j gets 400', (method, headers, body) => {
    expect(answerOf(factsOf(method, { ...STREAM_HEADERS, ...headers }, body))).toMatchObject({
      status: 400,
      code: -32600,
      id: null,
    });
  });

  it('an announced length of zero is none', () => {
    expect(passOf(factsOf('GET', { ...STREAM_HEADERS, 'content-length': '0' }, ''))).toBeDefined();
  });
});
