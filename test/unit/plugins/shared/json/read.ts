import { readStrictJson, type StrictJson } from '../../../../../plugins/shared/json/read-strict-json';

export const bounds = { maxDepth: 64, maxValues: 1000 };
/** The result of reading a text. */
export const read = (text: string | Uint8Array, given = bounds): StrictJson => readStrictJson(Buffer.from(text), given);
/** What is wrong with a text. */
export const faultOf = (text: string | Uint8Array, given = bounds): string | undefined => {
  const reading = read(text, given);
  return reading.ok ? undefined : reading.fault;
};
