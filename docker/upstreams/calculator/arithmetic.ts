/** The result of an operation: a finite number, or the reason why there is none, as text for the caller. */
type Outcome = { ok: true; value: number } | { ok: false; reason: string };

/** One of the four operations as a tool offers it. */
export interface Operation {
  title: string;
  description: string;
  /** Computes the result. Never throws; never returns a number that JSON cannot represent. */
  compute: (a: number, b: number) => Outcome;
}

/** The four operations by tool name. */
export const operations: Readonly<Record<'add' | 'subtract' | 'multiply' | 'divide', Operation>> = {
  add: { title: 'Add', description: 'Add two numbers: a + b', compute: (a, b) => finite(a + b) },
  subtract: { title: 'Subtract', description: 'Subtract b from a: a - b', compute: (a, b) => finite(a - b) },
  multiply: { title: 'Multiply', description: 'Multiply two numbers: a * b', compute: (a, b) => finite(a * b) },
  divide: {
    title: 'Divide',
    description: 'Divide a by b: a / b. Dividing by zero is an error.',
    compute: (a, b) =>
      b === 0 ? { ok: false, reason: `Cannot divide ${a} by zero: choose a divisor b other than 0` } : finite(a / b),
  },
};

function finite(value: number): Outcome {
  if (Number.isFinite(value)) return { ok: true, value };
  return { ok: false, reason: 'The result is too large for a double-precision number' };
}
