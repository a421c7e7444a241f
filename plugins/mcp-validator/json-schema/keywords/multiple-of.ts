/** A decimal number: `digits` times ten to the `exponent`; no zero ends the digits. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/**
 * Digits of a double have at most 57 factors of two or of five, so further powers of ten don't change what divides
 * them: 17 digits are less than 2^57.
 */
const ENOUGH_TENS = 57;

/** What one decision takes. */
export const STEPS_OF_DECIMALS = 30;

/**
 * Tells whether numbers are multiples of a step (`multipleOf`), exactly: 19.99 is one of 0.01.
 *
 * A number stands for the shortest decimal that a double reads as that number, as JSON.stringify writes it; digits of
 * a JSON text that a double can't hold are gone before. Takes a bounded time whatever the exponents.
 */
export function isMultipleOf(step: number): (value: number) => boolean {
  const divisor = decimalOf(step);
  return (value) => {
    const { digits, exponent } = decimalOf(value);
    if (digits === 0n) return true;
    const tens = exponent - divisor.exponent;
    // The last digit of the value is none of the digits of a multiple.
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
