import { answerOf, factsOf, MODERN, modernPost, passOf, ping, post, STREAM_HEADERS } from '../request';

describe('duplicate headers', () => {
  it.each(['content-type', 'mcp-protocol-version', 'mcp-session-id', 'mcp-method', 'mcp-name', 'last-event-id'])(
    '%s twice gets 400',
    (name) => {
      const value = name === 'content-type' ? 'application/json' : '2025-06-18';
      expect(answerOf(post(ping, { [name]: [value, value] }))).toMatchObject({ status: 400, code: -32600, id: null });
    },
  );

  it.each(['mcp-protocol-version', 'mcp-method', 'mcp-name', 'mcp-session-id'])(
    '%s twice on a stateless request is a mismatch',
    (name) => {
      const facts = modernPost('tools/list', {}, { [name]: [MODERN, MODERN] });
      expect(answerOf(facts)).toMatchObject({ status: 400, code: -32020, id: null });
    },
  );
});

describe('a variant of a header, with underscores that some servers read as hyphens,', () => {
  it.each([
    'mcp_name',
    'mcp-protocol_version',
    'mcp_param_region',
    'content_type',
    'content_encoding',
    'content_length',
    'transfer_encoding',
    'last_event_id',
  ])('%s gets 400', (name) => {
    const facts = modernPost('tools/call', { name: 'add' }, { [name]: 'subtract' });
    expect(answerOf(facts)).toMatchObject({ status: 400, code: -32600, id: null, reason: 'ambiguous_header' });
  });

  it.each(['x_request_id', 'mcpname', '_', 'content_typ'])('%s is not a variant', (name) => {
    expect(passOf(post(ping, { [name]: 'x' }))).toBeDefined();
  });
});

describe('Connection, whose headers Kong removes before the server sees them,', () => {
  it.each([
    'Content-Length',
    'close, transfer-encoding',
    'keep-alive,MCP-Protocol-Version',
    ' Mcp-Session-Id , close',
    'Mcp-Param-Region',
    'content-type',
    ['close', 'Mcp-Name'],
  ])('must not name %j', (connection) => {
    const reason = 'hop_by_hop_header';
    expect(answerOf(post(ping, { connection }))).toMatchObject({ status: 400, code: -32600, id: null, reason });
    const opening = factsOf('GET', { ...STREAM_HEADERS, connection }, '');
    expect(answerOf(opening)).toMatchObject({ status: 400, reason });
  });

  it.each(['close', 'keep-alive', 'Upgrade, HTTP2-Settings', 'TE', 'X-Hop', ''])('may be %j', (connection) => {
    expect(passOf(post(ping, { connection }))).toBeDefined();
  });
});

it('more headers than Kong returns cannot be checked', () => {
  expect(answerOf({ ...post(ping), headersTruncated: true })).toMatchObject({ status: 431, code: -32600, id: null });
});

it('DELETE needs a session', () => {
  expect(answerOf(factsOf('DELETE', {}, ''))).toMatchObject({ status: 400, code: -32600, id: null });
  expect(passOf(factsOf('DELETE', { 'mcp-session-id': 'abc' }, ''))).toBeDefined();
});

/** As servers sign them that keep the state of a session in its id. */
const JWT = [{ alg: 'RS256', typ: 'JWT' }, { sub: 'u'.repeat(900), exp: 1 }, { s: 's'.repeat(256) }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');

describe('Mcp-Session-Id', () => {
  it('has a bound that can be set', () => {
    const facts = post(ping, { 'mcp-session-id': 'x'.repeat(100) });
    expect(passOf(facts, { max_session_id_length: 100 })).toBeDefined();
    expect(answerOf(facts, { max_session_id_length: 99 })).toMatchObject({ reason: 'invalid_session_id' });
  });

  it.each(['a', '!~', 'x'.repeat(4096), JWT])('passes as the upstream knows whether it is alive', (session) => {
    expect(passOf(post(ping, { 'mcp-session-id': session })).stripHeaders).toEqual([]);
  });

  it.each(['', 'a b', 'a\tb', 'é', 'x'.repeat(4097), '\u007f'])('%j gets 400', (session) => {
    expect(answerOf(post(ping, { 'mcp-session-id': session }))).toMatchObject({ status: 400, code: -32600, id: null });
  });
});

describe('session headers of a stateless request', () => {
  it('do not reach the upstream', () => {
    const headers = { 'mcp-session-id': 'stale', 'last-event-id': '7' };
    expect(passOf(modernPost('tools/list', {}, headers)).stripHeaders).toEqual(['mcp-session-id', 'last-event-id']);
    expect(passOf(modernPost('tools/list')).stripHeaders).toEqual([]);
  });

  it('reach it from older clients', () => {
    expect(passOf(post(ping, { 'mcp-session-id': 's', 'last-event-id': '7' })).stripHeaders).toEqual([]);
  });
});

describe('a header by which some frameworks take another HTTP method', () => {
  it.each(['x-http-method-override', 'x-http-method', 'x-method-override', 'x_http_method_override'])(
    '%s gets 400',
    (name) => {
      expect(answerOf(post(ping, { [name]: 'DELETE' }))).toMatchObject({ status: 400, reason: 'method_override' });
      const opening = factsOf('GET', { ...STREAM_HEADERS, [name]: 'POST' }, '');
      expect(answerOf(opening)).toMatchObject({ status: 400, reason: 'method_override' });
    },
  );
});
