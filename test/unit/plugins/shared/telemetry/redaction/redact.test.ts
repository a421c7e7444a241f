import fc from 'fast-check';
import { createRedactor, MARGIN, REDACTED } from '../../../../../../plugins/shared/telemetry/redaction/redact';
import type { Characters } from '../../../../../../plugins/shared/telemetry/redaction/secrets/characters';
import {
  findSecrets,
  IN_CONTENT,
  IN_ERRORS,
} from '../../../../../../plugins/shared/telemetry/redaction/secrets/find-secrets';
import { anyCharacter } from '../../../../../support/any-character';

const redactor = createRedactor();
const redact = (text: string): string => redactor.content(text);
const redactError = (text: string, known: readonly string[] = []): string => redactor.error(text, 4096, known);

/** Made-up secrets, put together here so that no scanner of repositories takes them for real ones. */
const join = (...parts: string[]): string => parts.join('');
const SECRETS: [string, string][] = [
  ['a bearer token', join('Bearer ', 'abcdef0123456789.XYZ_~+/=')],
  ['basic credentials', join('Basic ', Buffer.from('ada:lovelace').toString('base64'))],
  ['a JWT', join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0In0', '.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U')],
  ['an OpenAI key', join('sk', '-proj-abcdefghijklmnop1234')],
  ['an Anthropic key', join('sk', '-ant-api03-abcdefghijklmnopqrst')],
  ['a Stripe key', join('sk', '_live_', 'abcdefghijklmnop1234')],
  ['a GitHub token', join('gh', 'p_', 'a'.repeat(36))],
  ['a fine-grained GitHub token', join('github', '_pat_', 'b'.repeat(40))],
  ['a Slack token', join('xo', 'xb-123456789012-abcdefghij')],
  ['an AWS key id', join('AK', 'IAABCDEFGHIJKLMNOP')],
  ['a Google key', join('AI', 'za', 'c'.repeat(35))],
  ['a Hugging Face token', join('hf', '_', 'd'.repeat(34))],
  ['a PEM block', join('-----BEGIN RSA PRIVATE', ' KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE', ' KEY-----')],
  ['an unfinished PEM block', join('-----BEGIN PRIVATE', ' KEY-----\nMIIEow')],
  ['an e-mail address', 'ada.lovelace+x@mail.example.co.uk'],
  ['an e-mail address with a long local part', `${'a'.repeat(200)}@mail.example`],
  ['a card number', '4111 1111 1111 1111'],
  ['a card number with dashes', '5500-0000-0000-0004'],
  ['the password of a URL', 'https://user:correct-horse@db.example:5432/x'],
];

describe('what is removed from content', () => {
  it.each(SECRETS)('%s', (_name, secret) => {
    const clean = redact(`before ${secret} after`);
    expect(clean).toContain(REDACTED);
    const pieces = secret.split(/[\s.@]+/).filter((part) => part.length > 6 && !/example/.test(part));
    for (const piece of pieces) expect(clean).not.toContain(piece);
    expect(clean).toMatch(/^before /);
  });

  it.each(SECRETS)('%s at the start of a line in a JSON text', (_name, secret) => {
    const clean = redact(JSON.stringify({ text: `before\n${secret}` }));
    expect(clean).toContain(REDACTED);
    expect(() => JSON.parse(clean) as unknown).not.toThrow();
    const pieces = secret.split(/[\s.@]+/).filter((part) => part.length > 6 && !/example/.test(part));
    for (const piece of pieces) expect(clean).not.toContain(piece);
  });

  it('a card number next to other digits', () => {
    expect(redact('4111 1111 1111 1111 12/27')).toBe(`${REDACTED} 12/27`);
  });

  it.each([
    'the bearer of news',
    'basic understanding of calculators',
    'call 555 123 4567',
    'task-force-of-the-whole-department',
    'a@b',
    '1234567890123456',
    'sk-8',
    'eyJ is a prefix',
    'https://example.org/a?page=2#top',
    'password: none',
    // Milliseconds whose checksum is that of a card.
    '1795901564959',
  ])('not: %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('what is removed from an error', () => {
  it.each([
    [
      'GET https://ada:pw@api.example/v1/x?token=abc&y=1#frag failed',
      `GET https://${REDACTED}@api.example/v1/x?${REDACTED} failed`,
    ],
    ['see https://api.example/x#access', `see https://api.example/x#${REDACTED}`],
    ['POST /mcp?sessionId=abc answered 404', `POST /mcp?${REDACTED} answered 404`],
    ['what? nothing', 'what? nothing'],
    ['is it 3? or #4', 'is it 3? or #4'],
    ['password=hunter2', `password=${REDACTED}`],
    ['DB_PASSWORD: "a b", next', `DB_PASSWORD: "${REDACTED}", next`],
    ['{"access_token":"abc"}', `{"access_token":"${REDACTED}"}`],
    ['in {\\"client_secret\\":\\"a\\"}', `in {\\"client_secret\\":\\"${REDACTED}\\"}`],
    ['Authorization: Digest username=ada, realm=x', `Authorization: ${REDACTED}`],
    ['x-api-key: 12345 refused', `x-api-key: ${REDACTED} refused`],
    ['token Bearer=abc', 'token Bearer=abc'],
    ['password: required', `password: ${REDACTED}`],
    ['password: empty', 'password: empty'],
    ['Unexpected token: }', 'Unexpected token: }'],
    ['code: -32602, max_tokens: 4096', 'code: -32602, max_tokens: 4096'],
  ])('%s', (text, clean) => {
    expect(redactError(text)).toBe(clean);
  });

  it('includes the client’s values that the error repeats', () => {
    expect(redactError("no user 'grace-hopper' (abc)", ['grace-hopper', 'abc'])).toBe(`no user '${REDACTED}' (abc)`);
    expect(redactError('x'.repeat(10) + 'y'.repeat(6000), ['y'.repeat(6000)])).toBe('x'.repeat(10) + REDACTED);
  });
});

describe('a name or an id', () => {
  it.each(['ada@example.org', '4111111111111111', 'get:user?id=1', 'token=1'])('can be %s', (name) => {
    expect(redactor.name(name, 128)).toBe(name);
  });

  it('cannot be a token', () => {
    expect(redactor.name(`call ${SECRETS[2]![1]}`, 128)).toBe(`call ${REDACTED}`);
  });
});

describe('a bound', () => {
  it.each(SECRETS)('never leaves half of %s', (_name, secret) => {
    for (let cut = 0; cut <= secret.length; cut++) {
      const text = `${'. '.repeat(20)}${secret} and ${'z'.repeat(3 * MARGIN)}`;
      const clean = redactor.content(text, 40 + cut);
      expect(clean.length).toBeLessThanOrEqual(40 + cut);
      for (const piece of secret.split(/[\s.@/:]+/).filter((part) => part.length > 6 && !/example/.test(part))) {
        expect(clean).not.toContain(piece.slice(0, 7));
      }
    }
  });

  it('keeps secrets after it out of the result', () => {
    // Removed secrets shorten the text: the half secret at the end of the inspected part must not fill the gap.
    const many = `${SECRETS[2]![1]} `.repeat(200);
    for (let maxLength = 1; maxLength < 600; maxLength += 7) {
      expect(
        redactor
          .content(many, maxLength)
          .replaceAll(REDACTED, '')
          .replaceAll(/[_\sA-Z]/g, ''),
      ).toBe('');
    }
  });

  it('applies to a password that continues beyond the inspected text', () => {
    expect(redactor.content(`https://ada:${'p'.repeat(9000)}@host.example/`, 100)).toBe(`https://${REDACTED}`);
  });
});

describe('the time of a scan', () => {
  /** Reads of characters while a text is scanned. */
  function readsOf(text: string): number {
    let reads = 0;
    const counted: Characters = {
      length: text.length,
      charCodeAt: (index) => {
        reads++;
        return text.charCodeAt(index);
      },
    };
    findSecrets(counted, IN_CONTENT);
    findSecrets(counted, IN_ERRORS, true);
    return reads;
  }
  const MAX_READS = 300;
  const pieces = [
    ...['a.', '-----BEGIN ', '-----BEGIN X-----', '-----END ', '1 ', '1', 'eyJ', 'eyJ-', 'eyJaaaaaaaaa.', 'a@', 'a@b.'],
    ...['Bearer ', 'Basic ', 'basic=', 'sk-', 'ghp_', 'AKIA', 'xoxb-', '://', 'https://a:', '?', '?a', '?a=', '#', ' '],
    ...['token=', 'token:', 'token: ', '"token":"', "'", '"', '\\', '\\"', ':', '=', '\\n', '%20', 'a', 'é', '\u0000'],
    ...['authorization: ', 'SG.', '@', '/'],
  ];

  it.each(pieces)('is linear in a text of only %j', (piece) => {
    const text = piece.repeat(Math.ceil(6000 / piece.length));
    expect(readsOf(text)).toBeLessThan(text.length * MAX_READS);
  });

  it('is linear in any text of such pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...pieces), fc.integer({ min: 1, max: 100 })), {
          minLength: 1,
          maxLength: 8,
        }),
        (parts) => {
          const text = parts.map(([piece, times]) => piece.repeat(times)).join('');
          expect(readsOf(text)).toBeLessThan(text.length * MAX_READS);
        },
      ),
    );
  });

  it('does not depend on the length of the text after the bound', () => {
    const piece = 'eyJ-';
    // Ten megabytes, of which two kilobytes are inspected.
    expect(redactor.error(piece.repeat(2_500_000), 200)).toHaveLength(200);
  });
});

describe('the configured patterns', () => {
  const pattern = (source: string) => createRedactor([source]);

  it('are removed too', () => {
    expect(pattern('ACME-\\d+').content('order ACME-42, ACME-43')).toBe(`order ${REDACTED}, ${REDACTED}`);
    expect(pattern('(?i)acme').error('Acme', 10)).toBe(REDACTED.slice(0, 10));
    expect(pattern('x*').content('axxb')).toBe(`a${REDACTED}b`);
  });

  it.each([
    ['(', /redact_patterns\[0\].*"\("/],
    ['a(?=b)', /lookahead and lookbehind/],
    ['(?<!a)b', /lookahead and lookbehind/],
    ['(a)\\1', /backreferences/],
    ['(?:(?:a{1000}){1000})', /redact_patterns\[0\]/],
    ['a'.repeat(1001), /1000 characters/],
  ])('are rejected with their name: %s', (source, message) => {
    expect(() => pattern(source)).toThrow(message);
    expect(() => createRedactor(['fine', source])).toThrow(/redact_patterns\[1\]/);
  });

  it('find a match at any position', () => {
    const digits = pattern('[0-9]{300,400}');
    for (const before of [0, 500, 511, 512, 700, 1023, 1024, 5000]) {
      expect(digits.content('a'.repeat(before) + '7'.repeat(350) + 'b')).toBe(`${'a'.repeat(before)}${REDACTED}b`);
    }
  });

  it.each(['(a+)+$', 'a*b|a', '(a|aa)+c', '(?:a*)*b'])('cannot be slow: %s', (source) => {
    // A backtracking engine would not end, and one that searches to the end for each match would take minutes.
    const clean = pattern(source).content(`${'a'.repeat(8000)}!`);
    expect(typeof clean).toBe('string');
  });
});

it('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.nat(50), (text, maxLength) => {
      expect(redactor.content(text, maxLength).length).toBeLessThanOrEqual(maxLength);
      expect(redactor.error(text, maxLength, [text]).length).toBeLessThanOrEqual(maxLength);
    }),
    { numRuns: 50 },
  );
});
