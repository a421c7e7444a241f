import fc from 'fast-check';
import { createRedactor, REDACTED } from '../../../../plugins/shared/redact';

const redact = createRedactor();

/** Made-up secrets, put together here so that no scanner of repositories takes them for real ones. */
const join = (...parts: string[]): string => parts.join('');
const SECRETS: [string, string][] = [
  ['a bearer token', join('Bearer ', 'abcdef0123456789.XYZ_~+/=')],
  ['a JWT', join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0In0', '.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U')],
  ['an OpenAI key', join('sk', '-proj-abcdefghijklmnop1234')],
  ['an Anthropic key', join('sk', '-ant-api03-abcdefghijklmnopqrst')],
  ['a GitHub token', join('gh', 'p_', 'a'.repeat(36))],
  ['a fine-grained GitHub token', join('github', '_pat_', 'b'.repeat(40))],
  ['a Slack token', join('xo', 'xb-123456789012-abcdefghij')],
  ['an AWS key id', join('AK', 'IAABCDEFGHIJKLMNOP')],
  ['a Google key', join('AI', 'za', 'c'.repeat(35))],
  ['a PEM block', join('-----BEGIN RSA PRIVATE', ' KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE', ' KEY-----')],
  ['an unfinished PEM block', join('-----BEGIN PRIVATE', ' KEY-----\nMIIEow')],
  ['an e-mail address', 'ada.lovelace+x@mail.example.co.uk'],
  ['a card number', '4111 1111 1111 1111'],
  ['a card number with dashes', '5500-0000-0000-0004'],
];

describe('createRedactor', () => {
  it.each(SECRETS)('takes out %s', (_name, secret) => {
    const clean = redact(`before ${secret} after`);
    expect(clean).toContain(REDACTED);
    for (const piece of secret.split(/[\s.@]+/).filter((part) => part.length > 6)) expect(clean).not.toContain(piece);
    expect(clean).toMatch(/^before /);
  });

  it.each([
    'the bearer of news',
    'call 555 123 4567',
    'task-force',
    'a@b',
    '1234567890123456',
    'sk-8',
    'eyJ is a prefix',
  ])('leaves alone: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('applies the patterns of the configuration too, and names one that does not compile', () => {
    expect(createRedactor(['ACME-\\d+'])('order ACME-42')).toBe(`order ${REDACTED}`);
    expect(() => createRedactor(['('])).toThrow(/redact_patterns/);
  });

  it.each(['a.', '-----BEGIN ', '-----BEGIN X-----', '1 ', 'eyJ', 'a@', 'a@b.', 'Bearer '])(
    'is done with 256 KiB of %j within the time of a test',
    (piece) => {
      expect(redact(piece.repeat(262_144 / piece.length)).length).toBeGreaterThan(0);
    },
  );

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof redact(text)).toBe('string');
      }),
    );
  });
});
