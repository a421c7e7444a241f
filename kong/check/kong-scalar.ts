/** Words without quotes that Kong's YAML reader reads as true and false (lyaml, `lyaml/implicit.lua`). */
const BOOLEANS = new Map(
  [true, false].flatMap((value) =>
    (value ? ['true', 'yes', 'on'] : ['false', 'no', 'off']).flatMap((word) => [
      [word, value] as const,
      [word.charAt(0).toUpperCase() + word.slice(1), value] as const,
      [word.toUpperCase(), value] as const,
    ]),
  ),
);

const NUMBERS: readonly (readonly [RegExp, (digits: string) => number])[] = [
  [/^([+-]?)0_*([0-7][0-7_]*)$/, (digits) => parseInt(digits, 8)],
  [/^([+-]?)_*([0-9][0-9_]*)$/, Number],
  [/^([+-]?)0x_*([0-9a-f][0-9a-f_]*)$/i, (digits) => parseInt(digits, 16)],
  [/^([+-]?)0b_*([01][01_]+)$/, (digits) => parseInt(digits, 2)],
  [/^([+-]?)([0-9]+:[0-5]?[0-9][:0-9]*)$/, bySixty],
  [/^([+-]?)([0-9]+:[0-5]?[0-9][:0-9]*\.[0-9]+)$/, bySixty],
];

/**
 * The value of a word without quotes in Kong's YAML 1.1, if it differs from YAML 1.2: `off` is false, `1:30` is 90, `010` is
 * 8. Undefined if both agree.
 */
export function kongScalar(source: string): boolean | number | undefined {
  const flag = BOOLEANS.get(source);
  if (flag !== undefined) return flag;
  for (const [form, read] of NUMBERS) {
    const [, sign, digits] = form.exec(source) ?? [];
    if (digits !== undefined) return read(digits.replaceAll('_', '')) * (sign === '-' ? -1 : 1);
  }
  return undefined;
}

function bySixty(text: string): number {
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
