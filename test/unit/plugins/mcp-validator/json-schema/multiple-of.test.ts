import fc from 'fast-check';
import { isMultipleOf } from '../../../../../plugins/mcp-validator/json-schema/keywords/multiple-of';
import { schemaOf } from '../arguments/compiled';

describe('multipleOf is decided on decimals', () => {
  it.each([
    ['19.99', '0.01', true],
    ['0.3', '0.1', true],
    ['0.35', '0.1', false],
    ['1.1', '0.01', true],
    ['4.35', '0.01', true],
    ['1.005', '0.01', false],
    ['0.07', '0.01', true],
    ['-19.99', '0.01', true],
    ['0', '0.01', true],
    ['-0', '0.01', true],
    ['-0.0', '3', true],
    ['1e-7', '1e-7', true],
    ['3e-7', '1e-7', true],
    ['1e-8', '1e-7', false],
    ['1', '1e-7', true],
    ['1e300', '1e-7', true],
    ['1e300', '7', false],
    ['7e300', '7', true],
    ['1e300', '1e300', true],
    ['1e299', '1e300', false],
    ['1.7976931348623157e308', '5e-324', true],
    ['5e-324', '5e-324', true],
    ['5e-324', '1e308', false],
    ['1.5e2', '0.5', true],
    ['150', '1.5e1', true],
    ['9007199254740992', '2', true],
    ['9007199254740991', '2', false],
    ['9007199254740991', '0.5', true],
    ['1e21', '10', true],
    ['123456789012345680000', '16', true],
    ['12.5', '2.5', true],
    ['12.6', '2.5', false],
    ['3.3', '1.1', true],
    ['1.0', '1', true],
  ])('%s of %s: %s', (value, step, expected) => {
    const text = `{"properties":{"n":{"multipleOf":${step}}}}`;
    const schema = schemaOf(JSON.parse(text) as Record<string, unknown>);
    expect(schema.check({ n: JSON.parse(value) as number }) === undefined).toBe(expected);
  });

  it('a number beyond the digits of a double is the double that it is read as', () => {
    expect(
      schemaOf({ properties: { n: { multipleOf: 2 } } }).check(
        JSON.parse('{"n":9007199254740993}') as object as Record<string, unknown>,
      ),
    ).toBeUndefined();
  });

  it('whole multiples of a decimal are multiples, and values between them are not', () => {
    const decimal = fc.record({ digits: fc.integer({ min: 2, max: 9999 }), places: fc.integer({ min: 0, max: 12 }) });
    fc.assert(
      fc.property(decimal, fc.integer({ min: -100_000, max: 100_000 }), ({ digits, places }, count) => {
        const isMultiple = isMultipleOf(Number(`${digits}e-${places}`));
        expect(isMultiple(Number(`${digits * count}e-${places}`))).toBe(true);
        expect(isMultiple(Number(`${digits * count + 1}e-${places}`))).toBe(false);
      }),
    );
  });

  it('agrees with the remainder of whole numbers', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 1_000_000 }), (value, step) => {
        expect(isMultipleOf(step)(value)).toBe(value % step === 0);
      }),
    );
  });
});
