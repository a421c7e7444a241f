import fc from 'fast-check';
import { chunkMs, INSTANT, promptMs, REALISTIC } from '../../../../../docker/upstreams/ollama/pace';

describe('chunkMs', () => {
  it('stays in the range, and is the same for the same seed and index', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), (seed, index) => {
        const ms = chunkMs(REALISTIC, seed, index);
        return ms >= 30 && ms <= 60 && ms === chunkMs(REALISTIC, seed, index);
      }),
    );
  });

  it('varies from chunk to chunk', () => {
    const times = Array.from({ length: 20 }, (_, index) => chunkMs(REALISTIC, 1, index));
    expect(new Set(times).size).toBeGreaterThan(10);
  });

  it('is zero at an instant pace', () => {
    fc.assert(fc.property(fc.integer(), fc.nat(), (seed, index) => chunkMs(INSTANT, seed, index) === 0));
  });
});

describe('promptMs', () => {
  it.each([
    [10, 20],
    [1_000_000, 1_000],
  ])('of %d tokens is %d', (tokens, ms) => {
    expect(promptMs(REALISTIC, tokens)).toBe(ms);
  });
});
