/** A decimal number: `digits` times ten to the `exponent`; no zero ends the digits. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/**
 * The digits of a double have at most 57 factors of two or of five, so more powers of ten do not change their divisors: 17
 * digits are less than 2^57.
 */
const ENOUGH_TENS = 57;

/** Steps of one comparison. */
export const STEPS_OF_DECIMALS = 30;

/**
 * Returns an exact test for multiples of a step (`multipleOf`): 19.99 is a multiple of 0.01.
 *
 * A number is the shortest decimal that a double represents, as JSON.stringify writes it; digits of a JSON text beyond the
 * precision of a double are lost before. Takes bounded time for all exponents.
 */
export function isMultipleOf(step: number): (value: number) => boolean {
  const divisor = decimalOf(step);
  return (value) => {
    const { digits, exponent } = decimalOf(value);
    if (digits === 0n) return true;
    const tens = exponent - divisor.exponent;
    // The value has more decimal places than the step, so it is not a multiple.
    if (tens < 0) return false;
    return (digits * 10n ** BigInt(Math.min(tens, ENOUGH_TENS))) % divisor.digits === 0n;
  };
}

function decimalOf(value: number): Decimal {
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/0+$/, '');
  return { digits: BigInt(digits), exponent: Number(exponent) - digits.length + 1 };
}
