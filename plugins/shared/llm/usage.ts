import { type JsonObject, isJsonObject } from '../json/json-object';
import { countOf, listOf, recordOf } from '../json/lenient-json';

/** The tokens in one record; undefined if it does not report them. */
export interface TokenCounts {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly total: number | undefined;
}

/** A larger count is invalid. */
const MAX_TOKENS = 1e9;
/** The number of members of a record that are searched. */
const MAX_MEMBERS = 64;

/** The names of each count in the APIs; the first one that is present is used. */
const INPUTS = [
  'prompt_tokens',
  'input_tokens',
  'prompt_token_count',
  'promptTokenCount',
  'inputTokenCount',
  'inputTokens',
  'promptTokens',
  'prompt_eval_count',
];
const OUTPUTS = [
  'completion_tokens',
  'output_tokens',
  'total_output_tokens',
  'completion_token_count',
  'candidatesTokenCount',
  'outputTokenCount',
  'outputTokens',
  'completionTokens',
  'eval_count',
];
export const CACHE_READ = ['cache_read_input_tokens', 'cacheReadInputTokens', 'cacheReadInputTokenCount'];
export const CACHE_WRITTEN = ['cache_creation_input_tokens', 'cacheWriteInputTokens', 'cacheWriteInputTokenCount'];
const TOTALS = ['total_tokens', 'total_token_count', 'totalTokenCount', 'totalTokens'];

/** The number of tokens under the first of these names; undefined if none has one. */
export const tokensOf = (usage: JsonObject, names: readonly string[]): number | undefined => {
  for (const name of names) {
    const count = countOf(usage[name]);
    if (count !== undefined && count <= MAX_TOKENS) return count;
  }
  return undefined;
};

/** A prompt has at least one token: a 0 is a placeholder. */
export const positive = (count: number | undefined): number | undefined => (count === 0 ? undefined : count);

/**
 * The counts in a usage object of any provider.
 *
 * If the total is larger than the sum, the rest is reasoning that the provider does not count as completion (Gemini,
 * xAI): it is added to the output. The same applies if more reasoning than completion is reported.
 */
export function countsOf(usage: JsonObject): TokenCounts {
  const prompt = positive(tokensOf(usage, INPUTS)) ?? positive(cachedAndNot(usage));
  const completion = tokensOf(usage, OUTPUTS);
  const total = positive(tokensOf(usage, TOTALS));
  const input = prompt === undefined ? undefined : prompt + uncountedCache(usage, prompt, completion, total);
  return { input, output: outputOf(usage, input, completion, total), total };
}

/** The tokens read from and written to the cache, if the provider counts them only in the total (Bedrock). */
function uncountedCache(usage: JsonObject, prompt: number, completion = 0, total = 0): number {
  const cached = (tokensOf(usage, CACHE_READ) ?? 0) + (tokensOf(usage, CACHE_WRITTEN) ?? 0);
  return cached > 0 && total === prompt + cached + completion ? cached : 0;
}

function outputOf(
  usage: JsonObject,
  input: number | undefined,
  completion: number | undefined,
  total: number | undefined,
): number | undefined {
  if (input !== undefined && total !== undefined && total > input + (completion ?? 0)) return total - input;
  if (total !== undefined || completion === undefined) return completion;
  const details = recordOf(usage['completion_tokens_details'] ?? usage['output_tokens_details']);
  const reasoning = tokensOf(details, ['reasoning_tokens']) ?? 0;
  return reasoning > completion ? completion + reasoning : completion;
}

/** DeepSeek splits the input into two parts; their sum is the input. */
function cachedAndNot(usage: JsonObject): number | undefined {
  const missed = tokensOf(usage, ['prompt_cache_miss_tokens']);
  return missed === undefined ? undefined : missed + (tokensOf(usage, ['prompt_cache_hit_tokens']) ?? 0);
}

/**
 * The usage object of a record: `usage`, or one in another member (`x_groq.usage`, `message.usage`, `choices[0].usage`,
 * `usageMetadata`, `timings`, ...); undefined if there is none with a count.
 */
export function usageOf(record: JsonObject): JsonObject | undefined {
  const usage = record['usage'];
  if (isJsonObject(usage) && countsAnything(usage)) return usage;
  for (const candidate of elsewhereIn(record)) if (countsAnything(candidate)) return candidate;
  return isJsonObject(usage) ? usage : undefined;
}

const countsAnything = (usage: JsonObject): boolean => {
  const { input, output = 0, total } = countsOf(usage);
  return input !== undefined || output > 0 || total !== undefined;
};

/** Members that are usage objects. */
const USAGE_NAME = /(?:^|_)usage$/;
const ALIASES = ['usageMetadata', 'usage_metadata', 'amazon-bedrock-invocationMetrics'];

function* elsewhereIn(record: JsonObject): Generator<JsonObject> {
  for (const choice of listOf(record['choices']).slice(0, MAX_MEMBERS)) {
    const { usage, delta, message } = recordOf(choice);
    for (const place of [usage, recordOf(delta)['usage'], recordOf(message)['usage']]) yield recordOf(place);
  }
  let left = MAX_MEMBERS;
  for (const name in record) {
    if (left-- === 0) break;
    const member = record[name];
    if (!isJsonObject(member)) continue;
    if (ALIASES.includes(name) || USAGE_NAME.test(name)) yield member;
    yield recordOf(member['usage']);
    for (const alias of ALIASES) yield recordOf(member[alias]);
  }
  yield recordOf(recordOf(record['meta'])['tokens']);
  yield recordOf(recordOf(record['meta'])['billed_units']);
  yield recordOf(record['stats']);
  yield fromTimings(recordOf(record['timings']));
}

/** llama.cpp reports the evaluated tokens and the cached tokens of a prompt separately. */
function fromTimings(timings: JsonObject): JsonObject {
  const read = tokensOf(timings, ['prompt_n']);
  const cached = tokensOf(timings, ['cache_n']) ?? 0;
  return { prompt_tokens: read === undefined ? undefined : read + cached, completion_tokens: timings['predicted_n'] };
}
