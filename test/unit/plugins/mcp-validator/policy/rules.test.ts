import fc from 'fast-check';
import { nameRule } from '../../../../../plugins/mcp-validator/policy/name-rule';
import { MAX_URI_LENGTH, uriRule } from '../../../../../plugins/mcp-validator/policy/uri-rule';

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

  it('tells an entry from the default', () => {
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
  ])('a denial meets %j', (uri) => {
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
  ])('an allowance of %j: %j', (uri, expected) => {
    expect(uriRule({ allow: ['file:///srv/*', 'https://Docs.Example.com/*'], deny: [] }).allows(uri)).toBe(expected);
  });

  it('has a bound of length, where lists are configured', () => {
    const rule = uriRule({ allow: ['a*'], deny: [] });
    expect(rule.allows('a'.repeat(MAX_URI_LENGTH))).toBe(true);
    expect(rule.allows('a'.repeat(MAX_URI_LENGTH + 1))).toBe(false);
    expect(uriRule({ allow: [], deny: [] }).allows('a'.repeat(MAX_URI_LENGTH + 1))).toBe(true);
  });

  it('any text gets an answer', () => {
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
