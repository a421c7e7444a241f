import fc from 'fast-check';
import { operations } from '../../../../../docker/upstreams/calculator/arithmetic';

describe('operations', () => {
  it.each([
    ['add', 5, 3, 8],
    ['subtract', 5, 3, 2],
    ['multiply', -2, 0.5, -1],
    ['divide', 1, 4, 0.25],
    ['divide', 0, 5, 0],
  ] as const)('%s(%d, %d) is %d', (name, a, b, value) => {
    expect(operations[name].compute(a, b)).toEqual({ ok: true, value });
  });

  it.each([0, -0])('explains why it cannot divide by %d', (zero) => {
    expect(operations.divide.compute(7, zero)).toEqual({
      ok: false,
      reason: expect.stringContaining('divide 7 by zero') as string,
    });
  });

  it('never returns a number that JSON cannot represent', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(operations)), finite, finite, ({ compute }, a, b) => {
        const outcome = compute(a, b);
        return !outcome.ok || JSON.stringify(outcome.value) !== 'null';
      }),
    );
  });
});
