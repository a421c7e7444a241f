import { answerOf, factsOf, JSON_HEADERS, passOf, ping, post } from '../request';

describe('Origin', () => {
  it.each([
    [['http://localhost:3000'], {}, true],
    [['https://127.0.0.1'], {}, true],
    [['http://127.9.9.9:1'], {}, true],
    [['http://[::1]:8000'], {}, true],
    [['http://LOCALHOST'], {}, true],
    [['http://127.0.0.1.evil.com'], {}, false],
    [['http://localhost.evil.com'], {}, false],
    [['http://127.0.0.256'], {}, false],
    [['https://evil.com'], {}, false],
    [['null'], {}, false],
    [[''], {}, false],
    [['localhost'], {}, false],
    [['http://localhost/path'], {}, false],
    [['http://user@localhost'], {}, false],
    [['http://localhost', 'http://localhost'], {}, false],
    [['http://localhost, http://evil.com'], {}, false],
    [['https://app.example.com'], { allowed_origins: ['https://app.example.com'] }, true],
    [['https://app.example.com'], { allowed_origins: ['https://app.example.com:443/'] }, true],
    [['https://app.example.com:443'], { allowed_origins: ['https://app.example.com'] }, true],
    [['http://app.example.com'], { allowed_origins: ['https://app.example.com'] }, false],
    [['https://app.example.com:8443'], { allowed_origins: ['https://app.example.com'] }, false],
    [['https://app.example.com:8443'], { allowed_origins: ['app.example.com'] }, true],
    [['https://a.example.com'], { allowed_origins: ['https://*.example.com'] }, true],
    [['https://example.com.evil.com'], { allowed_origins: ['https://*.example.com', 'example.com'] }, false],
    [['http://localhost'], { allowed_origins: ['https://app.example.com'] }, false],
    [['vscode-webview://abc'], { allowed_origins: ['vscode-webview://*'] }, true],
    [['https://anything.org'], { allowed_origins: ['*'] }, true],
    [['null'], { allowed_origins: ['*'] }, false],
  ])('%j with %j passes: %j', (origin, config, passes) => {
    const facts = post(ping, { origin });
    if (passes) expect(passOf(facts, config)).toBeDefined();
    else expect(answerOf(facts, config)).toMatchObject({ status: 403, code: -32600, id: null });
  });

  it.each(['GET', 'DELETE', 'OPTIONS', 'POST'])('is checked on %s', (method) => {
    const headers = { ...JSON_HEADERS, 'mcp-session-id': 's', origin: 'https://evil.com' };
    expect(answerOf(factsOf(method, headers, ''))).toMatchObject({ status: 403 });
  });

  it('a request without one passes', () => {
    expect(passOf(post(ping))).toBeDefined();
  });
});

describe('Host', () => {
  const config = { allowed_hosts: ['mcp.example.com', 'localhost:8000', '*.internal'] };
  it.each([
    ['mcp.example.com', true],
    ['MCP.example.com:8443', true],
    ['localhost:8000', true],
    ['localhost:9000', false],
    ['a.internal:1', true],
    ['evil.com', false],
    [['mcp.example.com', 'evil.com'], false],
    [undefined, false],
  ])('%j passes: %j', (host, passes) => {
    const facts = post(ping, { host });
    if (passes) expect(passOf(facts, config)).toBeDefined();
    else expect(answerOf(facts, config)).toMatchObject({ status: 403, code: -32600, id: null });
  });

  it('is not checked unless a list is configured', () => {
    expect(passOf(post(ping, { host: 'anything' }))).toBeDefined();
  });
});
