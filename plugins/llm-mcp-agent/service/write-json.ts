import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsonObject } from '../../shared/json/json-object';

/** After this many characters the event loop serves others. */
const SLICE = 262_144;

/**
 * Writes a request as JSON. A long history is written in slices between which other requests are served; a single message
 * is not divided.
 */
export async function writeJson(body: JsonObject): Promise<Buffer> {
  const parts: string[] = [];
  let sinceTurn = 0;
  const add = async (text: string): Promise<void> => {
    parts.push(text);
    sinceTurn += text.length;
    if (sinceTurn < SLICE) return;
    sinceTurn = 0;
    await nextTurn();
  };
  let separator = '{';
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined) continue;
    const head = `${separator}${JSON.stringify(name)}:`;
    separator = ',';
    if (!Array.isArray(value) || value.length === 0) {
      await add(head + JSON.stringify(value));
      continue;
    }
    const elements = value as unknown[];
    for (const [place, element] of elements.entries()) {
      await add((place === 0 ? `${head}[` : ',') + JSON.stringify(element));
    }
    await add(']');
  }
  parts.push(separator === '{' ? '{}' : '}');
  return Buffer.from(parts.join(''));
}
