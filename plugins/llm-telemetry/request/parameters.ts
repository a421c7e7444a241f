import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { listOf, numberOf, recordOf, textOf } from '../../shared/json/lenient-json';

/** Parameters of a generation under their common names; stop sequences are a list of strings. */
export type Parameters = Readonly<Record<string, number | string | boolean | readonly string[]>>;

/** The names of each parameter in the APIs; the first one that is present is used. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  temperature: ['temperature'],
  top_p: ['top_p'],
  top_k: ['top_k'],
  min_p: ['min_p'],
  seed: ['seed'],
  max_tokens: ['max_completion_tokens', 'max_output_tokens', 'max_tokens', 'num_predict'],
  frequency_penalty: ['frequency_penalty'],
  presence_penalty: ['presence_penalty'],
  repeat_penalty: ['repeat_penalty'],
  num_ctx: ['num_ctx'],
  n: ['n'],
  dimensions: ['dimensions'],
};

/** The parameters of a request: only the names in the list, and no content. */
export function parametersOf(members: JsonObject): Parameters {
  const options = isJsonObject(members['options']) ? { ...members, ...members['options'] } : members;
  const parameters: Record<string, number | string | boolean | readonly string[]> = {};
  for (const [name, aliases] of Object.entries(NUMBERS)) {
    const value = aliases.map((alias) => numberOf(options[alias])).find((number) => number !== undefined);
    if (value !== undefined) parameters[name] = value;
  }
  const stop = stopSequencesOf(options);
  if (stop.length > 0) parameters['stop_sequences'] = stop;
  const level = reasoningLevelOf(members);
  if (level !== undefined) parameters['reasoning_level'] = level;
  return parameters;
}

function stopSequencesOf(options: JsonObject): readonly string[] {
  const stop = options['stop'] ?? options['stop_sequences'];
  const list = typeof stop === 'string' ? [stop] : listOf(stop);
  return list
    .filter((text) => typeof text === 'string')
    .slice(0, 16)
    .map((text) => text.slice(0, 64));
}

function reasoningLevelOf(members: JsonObject): string | undefined {
  const level =
    textOf(members['reasoning_effort']) ?? textOf(recordOf(members['reasoning'])['effort']) ?? textOf(members['think']);
  return level?.slice(0, 32);
}
