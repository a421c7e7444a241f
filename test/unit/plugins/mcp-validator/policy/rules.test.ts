import fc from 'fast-check';
import { uriRule } from '../../../../../plugins/mcp-validator/policy/uri-rule';
import { MAX_URI_LENGTH } from '../../../../../plugins/shared/mcp/resource-uris/readings';
import { nameRule } from '../../../../../plugins/shared/name-rules/name-rule';

describe('nameRule', () => {
  it.each([
    ['add', [], [], true],
    ['add', ['add'], [], true],
    ['Add', ['add'], [], false],
    ['sub', ['add', 's*'], [], true],
    ['mul', ['add', 's*'], [], false],
    ['add', [], ['add'], false],
    ['add', ['*'], ['a*'], false],
    ['sub', ['*'], ['a*'], true],
    ['', ['?'], [], false],
  ])('%j with allow %j and deny %j: %j', (name, allow, deny, expected) => {
    expect(nameRule({ allow, deny }).allows(name)).toBe(expected);
  });

  it('distinguishes an entry from the default', () => {
    expect(nameRule({ allow: [], deny: [] }).allowsExplicitly('x')).toBe(false);
    expect(nameRule({ allow: ['x'], deny: [] }).allowsExplicitly('x')).toBe(true);
    expect(nameRule({ allow: ['x'], deny: ['x'] }).allowsExplicitly('x')).toBe(false);
  });
});

const SECRETS = ['file:///etc/*', 'https://Intranet.example.com/secret*'];

describe('uriRule', () => {
  it.each([
    'file:///etc/passwd',
    'FILE:///etc/passwd',
    'file:///ETC/passwd',
    'file:///%65tc/passwd',
    'file:///%2565tc/passwd',
    'file:///etc%2fpasswd',
    'file:///srv/../etc/passwd',
    'file:///srv/%2e%2e/etc/passwd',
    'file:///srv/%252e%252e/etc/passwd',
    'file:///./etc/./passwd',
    'file:////etc/passwd',
    'file:///etc//passwd',
    'file:\\\\\\etc\\passwd',
    'file:///srv\\..\\etc\\passwd',
    'file:/etc/passwd',
    'file://localhost/etc/passwd',
    'file://LOCALHOST/etc/passwd',
    'file:///et\tc/passwd',
    'file:///et%09c/passwd',
    ' file:///etc/passwd',
    '\u0000file:///etc/passwd\n',
    'https://intranet.example.com/secret',
    'HTTPS://INTRANET.EXAMPLE.COM/secret/x',
    'https://intranet.example.com:443/secret',
    'https://user:pass@intranet.example.com/secret',
    'https://intranet.example.com./secret',
    'https://intranet.example.com/public/../secret?x=1',
    'https://intranet.example.com/\u017fecret',
  ])('a deny entry matches %j', (uri) => {
    expect(uriRule({ allow: [], deny: SECRETS }).allows(uri)).toBe(false);
    expect(uriRule({ allow: ['*'], deny: SECRETS }).allows(uri)).toBe(false);
  });

  it.each([
    'file:///srv/etc/passwd',
    'file:///etcetera',
    'https://intranet.example.com/public',
    'demo://etc/passwd',
    'x',
    '',
  ])('but not %j', (uri) => {
    expect(uriRule({ allow: [], deny: SECRETS }).allows(uri)).toBe(true);
  });

  it.each([
    ['file:///srv/a', true],
    ['file:///srv/a%20b', true],
    ['file:///srv/sub/./a', true],
    ['https://docs.example.com/x', true],
    ['https://Docs.Example.com/x', true],
    ['file:///srv/../etc/passwd', false],
    ['file:///srv/%2e%2e/etc/passwd', false],
    ['file:///srv/..%2fetc/passwd', false],
    ['file:///srv/..\\etc\\passwd', false],
    ['file:///SRV/a', false],
    ['file:///etc/passwd#file:///srv/', false],
    ['https://docs.example.com@evil.com/x', false],
    ['https://docs.example.com.evil.com/x', false],
  ])('allowing %j: %j', (uri, expected) => {
    expect(uriRule({ allow: ['file:///srv/*', 'https://Docs.Example.com/*'], deny: [] }).allows(uri)).toBe(expected);
  });

  it.each([
    'file:///pub//../secret/x',
    'file:///secret',
    'file:///secret/',
    'file:///secret/.',
    'file:///secret/x#',
    'file:///secret/x?',
    'file:///secret/x/.',
    'file:///secret/x;v=1',
    'file://127.0.0.1/secret/x',
    'file://localhost./secret/x',
    'file://host.example/secret/x',
    'file:secret/x',
    'file:////secret/x',
    '/secret/x',
    'file:///a%5cb/../%73ecret/x',
    'file:///a%5cb/../../%73ecret/x',
    'file:///\uff53ecret/x',
    'file:///SECRET/x',
    'file:///%73ecret%2f%ff',
    'file:///pub/%c0%ae%c0%ae/secret/x',
  ])('denying file:///secret/* matches %j', (uri) => {
    expect(uriRule({ allow: [], deny: ['file:///secret/*'] }).allows(uri)).toBe(false);
  });

  it.each([
    ['https://api.example.com:443/v1/*', 'https://api.example.com/v1/x'],
    ['https://api.example.com/v1/x', 'https://API.example.com:443/v1/x?key=1'],
    ['http://127.0.0.1:8080/admin', 'http://localhost:8080/admin'],
    ['http://localhost/admin/*', 'http://[::1]/admin/x'],
    ['http://b\u00fccher.example/*', 'http://xn--bcher-kva.example/x'],
    ['note:///admin/*', 'note://admin/x'],
    ['postgres://db/secrets*', 'postgres://user:pw@db/secrets/1'],
    ['file:///a b/*', 'file:///a%20b/x'],
    ['file:///a%20b/*', 'file:///a b/x'],
    ['file:///C:/secret/*', 'file:///c|/secret/x'],
    ['file:///C:/secret/*', 'C:\\Secret\\x'],
    ['file:///\u00dcber/*', 'file:///U\u0308ber/x'],
    ['db://query?table=users', 'db://query?table=%75sers'],
  ])('denying %j matches %j', (deny, uri) => {
    expect(uriRule({ allow: [], deny: [deny] }).allows(uri)).toBe(false);
  });

  /** What operators write, and what they expect of it. */
  const LISTS = {
    allow: [
      'file:///srv/docs/*',
      'file:///srv/\u00dcbersicht 2026.md',
      'file:///C:/Users/ann/*',
      'https://docs.example.com/*',
      'https://*.cdn.example.com/img/*',
      'https://gitlab.example.com/api/v4/projects/group%2Fproject/*',
      'https://api.example.com/search?q=*',
      'note://*',
      'postgres://db.example.com/sales/*',
      'screen://display?/capture',
      'ui://*',
      'db://query?table=public_*',
      'urn:isbn:*',
      'greeting://{name}',
      'http://localhost:3000/*',
    ],
    deny: ['file:///srv/docs/private/*', 'note://admin*', 'https://docs.example.com/internal*'],
  };

  it.each([
    ['file:///srv/docs/a.txt', true],
    ['file:///srv/docs/a%20b.txt', true],
    ['file:///srv/docs/a b.txt', true],
    ['file:///srv/docs/', true],
    ['file:///srv/docs/sub/', true],
    ['file:///srv/docs/.hidden', true],
    ['file:///srv/docs/v1.2..v1.3.diff', true],
    ['file:///srv/docs/100%25.txt', true],
    ['file:///srv/docs/100%.txt', true],
    ['file:///srv/docs/C%23/intro.md', true],
    ['file:///srv/docs/a+b=c&d.txt', true],
    ['file:///srv/docs/{path}', true],
    ['file:///srv/docs/\u8cc7\u6599\uff08\uff11\uff09.pdf', true],
    ['file:///srv/docs/%E8%B3%87%E6%96%99.pdf', true],
    ['file:///srv/docs/caf\u00e9.txt', true],
    ['file:///srv/docs/\ud83d\ude00.txt', true],
    ['FILE:///srv/docs/a.txt', true],
    ['file:///srv/\u00dcbersicht 2026.md', true],
    ['file:///srv/%C3%9Cbersicht%202026.md', true],
    ['file:///C:/Users/ann/notes.txt', true],
    ['file:///srv/docs/privateer/x', true],
    ['file:///srv/docs/private/x', false],
    ['file:///srv/docs/private', false],
    ['file:///srv/other', false],
    ['file:///srv', false],
    ['https://docs.example.com', true],
    ['https://docs.example.com/', true],
    ['HTTPS://Docs.Example.COM:443/Guide?page=2&u=https://a.example//b/../c#top', true],
    ['https://docs.example.com/a;v=1/b', true],
    ['https://docs.example.com/a//b', true],
    ['https://docs.example.com/internal', false],
    ['https://docs.example.com/Internal/x', false],
    ['http://docs.example.com/x', false],
    ['https://eu.cdn.example.com/img/logo.png', true],
    ['https://evil.example/.cdn.example.com/img/x', false],
    ['https://evil.example?.cdn.example.com/img/x', false],
    ['https://evil.example\\.cdn.example.com/img/x', false],
    ['https://gitlab.example.com/api/v4/projects/group%2Fproject/issues', true],
    ['https://gitlab.example.com/api/v4/projects/group%2fproject/issues?state=opened', true],
    ['https://gitlab.example.com/api/v4/projects/group%2Fother/issues', false],
    ['https://api.example.com/search?q=C%2B%2B+templates', true],
    ['https://api.example.com/search', false],
    ['https://api.example.com/search?x=1', false],
    ['note://work/1', true],
    ['note://Work/1', true],
    ['note://admin/1', false],
    ['note://ADMIN', false],
    ['note:///admin/1', false],
    ['postgres://db.example.com/sales/orders/schema', true],
    ['postgres://db.example.com/hr/people', false],
    ['postgres://db.example.com/sales/../hr/people', false],
    ['screen://display1/capture', true],
    ['ui://widget/main.html', true],
    ['db://query?table=public_orders&limit=10', true],
    ['db://query?table=secrets', false],
    ['db://query?table=public_orders&table=secrets', false],
    ['db://query?t%61ble=secrets&table=public_orders', false],
    ['db://query?table=public_orders&table=public_users', true],
    ['db://query', false],
    ['urn:isbn:0451450523', true],
    ['greeting://{name}', true],
    ['greeting://ann', false],
    ['http://localhost:3000/x?y=1', true],
    ['http://localhost:3001/x', false],
  ])('sensible lists decide as their author expects: %j %j', (uri, expected) => {
    expect(uriRule(LISTS).allows(uri)).toBe(expected);
  });

  it('what one entry omits from its query, another entry does not allow', () => {
    const rule = uriRule({ allow: ['file:///pub/*', 'file:///logs/day?level=*'], deny: [] });
    expect(rule.allows('file:///logs/day?level=info')).toBe(true);
    expect(rule.allows('file:///logs/day')).toBe(false);
    expect(rule.allows('file:///pub/../logs/day')).toBe(false);
  });

  it('has a bounded length if lists are configured', () => {
    const rule = uriRule({ allow: ['a*'], deny: [] });
    expect(rule.allows('a'.repeat(MAX_URI_LENGTH))).toBe(true);
    expect(rule.allows('a'.repeat(MAX_URI_LENGTH + 1))).toBe(false);
    expect(uriRule({ allow: [], deny: [] }).allows('a'.repeat(MAX_URI_LENGTH + 1))).toBe(true);
  });

  it('decides about any text', () => {
    const rule = uriRule({ allow: ['a*'], deny: ['*b'] });
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', '%', '2', 'e', '.', '?', '#', '\\', '@', ' ') }),
        (uri) => {
          expect(typeof rule.allows(uri)).toBe('boolean');
        },
      ),
    );
  });
});
