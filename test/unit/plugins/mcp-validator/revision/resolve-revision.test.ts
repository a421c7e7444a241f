import {
  answerOf,
  initialize,
  MODERN,
  modernMeta,
  modernPost,
  ONLY_MODERN,
  passOf,
  ping,
  post,
  request,
} from '../request';

describe('without version header', () => {
  it('the revision is assumed to be 2025-03-26', () => {
    expect(passOf(post(ping)).summary?.revision).toBe('2025-03-26');
    expect(passOf(post(ping), { revisions: ['2024-11-05'] }).summary?.revision).toBe('2024-11-05');
  });

  it('it is rejected if no enabled revision allows to omit it', () => {
    expect(answerOf(post(ping), { revisions: ['2025-06-18', '2025-11-25'] })).toMatchObject({
      status: 400,
      code: -32022,
      id: 1,
      data: { supported: ['2025-06-18', '2025-11-25'] },
    });
  });

  it('initialize does not need one', () => {
    expect(passOf(post(initialize('2025-11-25')), { revisions: ['2025-11-25'] }).summary?.revision).toBe('2025-11-25');
  });
});

describe('a version header that is not enabled', () => {
  it.each(['2024-01-01', '', 'x', '2025-06-18, 2025-06-18', '2027-01-01'])('%j gets 400', (version) => {
    expect(answerOf(post(ping, { 'mcp-protocol-version': version }))).toMatchObject({
      status: 400,
      code: -32022,
      id: 1,
      message: 'Unsupported protocol version',
      data: { supported: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'], requested: version },
    });
  });

  it('also if it exists but is not enabled, and for initialize', () => {
    for (const body of [ping, initialize('2025-06-18')]) {
      const facts = post(body, { 'mcp-protocol-version': '2025-11-25' });
      expect(answerOf(facts, { revisions: ['2025-06-18'] })).toMatchObject({ status: 400, code: -32022, id: 1 });
    }
  });

  it('repeats a version up to a bounded length', () => {
    const { data } = answerOf(post(ping, { 'mcp-protocol-version': 'x'.repeat(5000) }));
    expect((data as { requested: string }).requested).toHaveLength(64);
  });
});

describe('a stateless request without the required _meta', () => {
  const header = { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' };
  it.each([
    [undefined],
    [{}],
    [{ _meta: {} }],
    [{ _meta: 5 }],
    [{ _meta: { 'io.modelcontextprotocol/clientCapabilities': {} } }],
    [{ _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN } }],
    [{ _meta: modernMeta({ 'io.modelcontextprotocol/clientCapabilities': 5 }) }],
    [{ _meta: modernMeta({ 'io.modelcontextprotocol/protocolVersion': 5 }) }],
  ])('%j gets 400 and -32602', (params) => {
    expect(answerOf(post(request('tools/list', params), header))).toMatchObject({ status: 400, code: -32602, id: 1 });
  });

  it('does not need clientInfo', () => {
    expect(passOf(modernPost('tools/list')).summary?.revision).toBe(MODERN);
  });

  it('names the missing member', () => {
    const { message } = answerOf(post(request('tools/list'), header));
    expect(message).toBe('Invalid params: /params/_meta/io.modelcontextprotocol~1protocolVersion is missing');
  });
});

describe('header and body disagree about the revision', () => {
  it.each([undefined, '2025-11-25', '2025-03-26', '2027-01-01'])('body stateless, header %j', (version) => {
    const facts = modernPost('tools/list', {}, { 'mcp-protocol-version': version });
    expect(answerOf(facts)).toMatchObject({ status: 400, code: -32020, id: 1 });
  });

  it('comes after the required keys', () => {
    const facts = modernPost(
      'tools/list',
      { _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN } },
      { 'mcp-protocol-version': undefined },
    );
    expect(answerOf(facts).code).toBe(-32602);
  });

  it('is rejected for a notification too, without id', () => {
    const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, _meta: modernMeta() } };
    expect(answerOf(post(body))).toMatchObject({ status: 400, code: -32020, id: null });
  });
});

describe('header and body agree on a version that is not supported', () => {
  it.each(['2027-01-01', '2025-11-25', 'x'])('%s gets -32022 with only the stateless revisions', (version) => {
    const _meta = modernMeta({ 'io.modelcontextprotocol/protocolVersion': version });
    const facts = modernPost('tools/list', { _meta }, { 'mcp-protocol-version': version });
    expect(answerOf(facts)).toMatchObject({
      status: 400,
      code: -32022,
      id: 1,
      message: 'Unsupported protocol version',
      data: { supported: [MODERN], requested: version },
    });
  });

  it('comes before the mirrored headers', () => {
    const _meta = modernMeta({ 'io.modelcontextprotocol/protocolVersion': '2027-01-01' });
    const facts = modernPost('tools/list', { _meta }, { 'mcp-protocol-version': '2027-01-01', 'mcp-method': 'x' });
    expect(answerOf(facts).code).toBe(-32022);
  });
});

it('initialize names the versions if only the stateless revision is enabled', () => {
  expect(answerOf(post(initialize('2025-11-25')), ONLY_MODERN)).toMatchObject({
    status: 400,
    code: -32022,
    id: 1,
    data: { supported: [MODERN], requested: '2025-11-25' },
  });
});

describe('POSTs of the HTTP+SSE transport', () => {
  it('need neither version nor Accept, but the same body', () => {
    const config = { revisions: ['2024-11-05'], accept: 'strict' };
    expect(passOf(post(ping, { accept: undefined }), config).summary?.revision).toBe('2024-11-05');
    expect(answerOf(post('{', { accept: undefined }), config)).toMatchObject({ status: 400, code: -32700 });
  });
});
