import { charactersOf, DIGIT, isAtBoundary, isIn, WORD } from './characters';
import type { Finder } from './scan';

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
const SPACE = 0x20;
const DASH = 0x2d;
const ZERO = 0x30;

/**
 * The first digits of card numbers (ISO/IEC 7812-1). Most timestamps in milliseconds and trace ids start with others.
 */
const FIRST_DIGITS = charactersOf(/[2-6]/);

/** 13 to 19 digits, grouped or not, with the checksum of a payment card (ISO/IEC 7812-1). */
export const cardNumber: Finder = ({ text }, at) => {
  if (!isIn(FIRST_DIGITS, text, at) || !isAtBoundary(text, at)) return undefined;
  // The sums of the digits so far, if the last one counts once and if it counts twice.
  let [once, twice] = [0, 0];
  let end: number | undefined;
  let next = at;
  for (let digits = 1; digits <= MAX_DIGITS && isIn(DIGIT, text, next); digits++) {
    const digit = text.charCodeAt(next) - ZERO;
    [once, twice] = [twice + digit, once + (digit > 4 ? digit * 2 - 9 : digit * 2)];
    next++;
    if (digits >= MIN_DIGITS && once % 10 === 0 && !isIn(WORD, text, next)) end = next;
    const code = text.charCodeAt(next);
    if ((code === SPACE || code === DASH) && isIn(DIGIT, text, next + 1)) next++;
  }
  return end === undefined ? undefined : { start: at, end };
};
