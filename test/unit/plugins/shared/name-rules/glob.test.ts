import fc from 'fast-check';
import { anyGlobMatcher, globMatcher } from '../../../../../plugins/shared/name-rules/glob';

describe('globMatcher', () => {
  it.each([
    ['add', 'add', true],
    ['add', 'Add', false],
    ['add', 'adds', false],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'anything at all', true],
    ['db_*', 'db_read', true],
    ['db_*', 'db_', true],
    ['db_*', 'xdb_read', false],
    ['*_admin', 'user_admin', true],
    ['*_admin', 'user_admin2', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['**', 'x', true],
    ['get_?', 'get_x', true],
    ['get_?', 'get_', false],
    ['get_?', 'get_xy', false],
    ['?', '😀', true],
    ['*?', '😀', true],
    ['?*x?z', 'a--xyz', true],
    ['*x?*', 'xxa', true],
    ['*.?', 'a.b.', false],
    ['file:///*/etc/*', 'file:///srv/etc/passwd', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
  ])('%j against %j: %j', (pattern, text, expected) => {
    expect(globMatcher(pattern)(text)).toBe(expected);
  });

  it('agrees with a regular expression of the same meaning', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '😀'), maxLength: 8 });
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '😀'), maxLength: 12 });
    fc.assert(
      fc.property(letters, texts, (pattern, text) => {
        const source = Array.from(pattern, (c) => (c === '*' ? '.*' : c === '?' ? '.' : c)).join('');
        expect(globMatcher(pattern)(text)).toBe(new RegExp(`^${source}$`, 'us').test(text));
      }),
    );
  });

  it('does not backtrack: matches a long text quickly with a pattern that is slow as a regular expression', () => {
    expect(globMatcher('*a*a*a*a*a*a*a*a*a*b')('a'.repeat(100_000))).toBe(false);
  });
});

it('anyGlobMatcher checks every pattern, and matches nothing without patterns', () => {
  expect(anyGlobMatcher(['x*', 'y'])('y')).toBe(true);
  expect(anyGlobMatcher(['x*', 'y'])('z')).toBe(false);
  expect(anyGlobMatcher([])('')).toBe(false);
});
