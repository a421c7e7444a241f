import { calculationIn, optionFor, toolFor, type Calculation } from './calculation';
import type { OfferedTool } from './requests';
import { tokenId } from './tokens';

/** A tool call as Ollama sends it: the arguments are an object, not text. */
export interface ToolCall {
  id: string;
  function: { index: number; name: string; arguments: Record<string, unknown> };
}

const MAX_CALLS = 4;
/** Common words in names of tools, which do not describe the subject. */
const COMMON_WORDS = new Set([
  'get',
  'set',
  'list',
  'find',
  'search',
  'fetch',
  'current',
  'create',
  'tool',
  'the',
  'and',
]);

/**
 * The calls that a prompt asks for: of the tool for its calculation, else of each tool whose name, or a specific word
 * of it, is in the prompt. Arguments are taken from the prompt by the schema of the tool: numbers in order, capitalized
 * words for strings, members of an enumeration that the prompt mentions.
 */
export function callTools(tools: readonly OfferedTool[], prompt: string): ToolCall[] {
  const said = new Set(words(prompt));
  const calculation = calculationIn(prompt);
  const calculator = calculation && toolFor(calculation, tools);
  const called = calculator
    ? [calculator]
    : tools
        .filter(({ function: { name } }) => prompt.includes(name) || specificWords(name).some((word) => said.has(word)))
        .slice(0, MAX_CALLS);
  return called.map(({ function: { name, parameters } }, index) => ({
    id: `call_${hex(`${name} ${prompt}`)}${hex(`${index}`)}`,
    function: { index, name, arguments: fillArguments(parameters, prompt, calculation) },
  }));
}

function fillArguments(parameters: unknown, prompt: string, calculation?: Calculation): Record<string, unknown> {
  const properties = member(parameters, 'properties');
  if (typeof properties !== 'object' || properties === null) return {};
  const numbers: (number | string)[] = calculation
    ? [calculation.a, calculation.b]
    : (prompt.match(/-?\d{1,15}(?:\.\d{1,15})?/g) ?? []);
  const names = prompt.match(/(?<=\S\s)\p{Lu}\p{L}{0,40}(?: \p{Lu}\p{L}{0,40}){0,3}/gu) ?? [];
  const fill = (schema: unknown): unknown => {
    const allowed = member(schema, 'enum');
    if (Array.isArray(allowed)) {
      const options = allowed as unknown[];
      const meant = calculation && optionFor(calculation, options);
      return meant ?? options.find((value) => prompt.includes(String(value))) ?? options[0];
    }
    switch (member(schema, 'type')) {
      case 'number':
      case 'integer':
        return Number(numbers.shift() ?? 0);
      case 'boolean':
        return true;
      case 'array':
        return [];
      case 'object':
        return {};
      default:
        return calculation?.expression ?? names.shift() ?? prompt.slice(0, 100);
    }
  };
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, fill(schema)]));
}

function specificWords(name: string): string[] {
  return words(name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')).filter(
    (word) => word.length > 2 && !COMMON_WORDS.has(word),
  );
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]{1,40}/gu) ?? [];
}

function hex(text: string): string {
  return tokenId(text).toString(16).padStart(4, '0');
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}
