import fc from 'fast-check';
import { countTokens, tokenId, tokenize } from '../../../../../docker/upstreams/ollama/tokens';
import { anyCharacter } from '../../../../support/any-character';

describe('tokenize', () => {
  it.each([
    ['', []],
    ['Hello world', ['Hello', ' world']],
    ['Hello, world!', ['Hello', ',', ' world', '!']],
    ['incredible', ['incred', 'ible']],
    ['  two\n', ['  two', '\n']],
    ['日本 🙂', ['日本', ' ', '🙂']],
  ])('splits %j', (text, pieces) => {
    expect(tokenize(text)).toEqual(pieces);
  });

  it('loses nothing', () => {
    fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => tokenize(text).join('') === text));
  });
});

describe('countTokens', () => {
  it('agrees with tokenize on text of ordinary length', () => {
    fc.assert(fc.property(fc.string(), (text) => countTokens(text) === tokenize(text).length));
  });

  it('estimates beyond the exact part', () => {
    expect(countTokens('a'.repeat(65_536 + 400))).toBe(Math.ceil(65_536 / 6) + 100);
  });
});

describe('tokenId', () => {
  it('is a stable index of a vocabulary', () => {
    fc.assert(
      fc.property(fc.string(), (token) => {
        const id = tokenId(token);
        return Number.isInteger(id) && id >= 0 && id < 32_768 && id === tokenId(token);
      }),
    );
  });
});
