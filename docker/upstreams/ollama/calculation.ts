import type { OfferedTool } from './requests';

/** A calculation that a prompt asks for. */
export interface Calculation {
  operation: keyof typeof WORDS;
  a: number;
  b: number;
  /** Written out: `5 + 3`. */
  expression: string;
}

/** Names of the operations in prompts, in names of tools and in their options. */
const WORDS = {
  add: ['+', 'plus', 'add', 'sum', 'addition'],
  subtract: ['-', '−', 'minus', 'subtract', 'sub', 'subtraction', 'difference'],
  multiply: ['*', '×', 'x', 'times', 'multiplied by', 'multiply', 'mul', 'multiplication', 'product'],
  divide: ['/', '÷', 'divided by', 'over', 'divide', 'div', 'division', 'quotient'],
} as const;
const OPERATIONS = Object.keys(WORDS) as (keyof typeof WORDS)[];
const SIGNS = { add: '+', subtract: '-', multiply: '*', divide: '/' } as const;
/** Names of tools for any calculation. */
const ANY = ['calculate', 'calculator', 'calc', 'evaluate', 'compute', 'math', 'arithmetic'];

const NUMBER = String.raw`-?\d{1,15}(?:\.\d{1,15})?`;
const BETWEEN = String.raw`\s{0,4}([-+*/x×÷−]|plus|minus|times|multiplied by|divided by|over)\s{0,4}`;
const EXPRESSION = new RegExp(`(${NUMBER})${BETWEEN}(${NUMBER})`, 'i');
const ORDER = new RegExp(
  String.raw`\b(add|multiply|sum of|product of)\s{1,4}(${NUMBER})\s{1,4}(?:and|by|to|with)\s{1,4}(${NUMBER})`,
  'i',
);

/** The calculation of two numbers in a prompt such as "Calculate 5 + 3" or "What is 12 divided by 4?". */
export function calculationIn(prompt: string): Calculation | undefined {
  const [, a, sign, b] = EXPRESSION.exec(prompt) ?? [];
  if (a !== undefined && sign !== undefined && b !== undefined) return calculationOf(sign, a, b);
  const [, order, first, second] = ORDER.exec(prompt) ?? [];
  if (order === undefined || first === undefined || second === undefined) return undefined;
  return calculationOf(order.replace(' of', ''), first, second);
}

function calculationOf(word: string, a: string, b: string): Calculation | undefined {
  const operation = OPERATIONS.find((name) => means(name, word));
  if (!operation) return undefined;
  return { operation, a: Number(a), b: Number(b), expression: `${Number(a)} ${SIGNS[operation]} ${Number(b)}` };
}

const means = (operation: keyof typeof WORDS, word: string): boolean =>
  WORDS[operation].some((known) => known === word.toLowerCase());

/** The offered tool for a calculation, by its name: one for the operation, else one for any calculation. */
export function toolFor({ operation }: Calculation, tools: readonly OfferedTool[]): OfferedTool | undefined {
  const named = (tool: OfferedTool, is: (word: string) => boolean): boolean =>
    tool.function.name
      .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .some((word) => word !== '' && is(word));
  return (
    tools.find((tool) => named(tool, (word) => means(operation, word))) ??
    tools.find((tool) => named(tool, (word) => ANY.includes(word)))
  );
}

/** The member of an enumeration that means the operation. */
export const optionFor = ({ operation }: Calculation, options: readonly unknown[]): unknown =>
  options.find((option) => typeof option === 'string' && (option === operation || means(operation, option)));
