import { isJsonObject } from '../../shared/json/json-object';
import { readStrictJson } from '../../shared/json/read-strict-json';

/** The bounds of the JSON of a request. */
export const JSON_BOUNDS = { maxDepth: 256, maxValues: 200_000 };

/** A member of an object: its JSON text, or that of groups of its elements. */
export type MemberText =
  { readonly name: string; readonly text: string } | { readonly name: string; readonly groups: readonly string[] };

/** An object in pieces that can be parsed one by one, or what is wrong with it. */
export type JsonSlices =
  { readonly ok: true; readonly members: readonly MemberText[] } | { readonly ok: false; readonly problem: string };

/** A group of elements is closed when it has this many characters. */
const GROUP = 65_536;

/** Reads a body as strict JSON, in another thread. */
export function jsonSlicesTask({ bytes }: { readonly bytes: Uint8Array }): JsonSlices {
  const read = readStrictJson(bytes, JSON_BOUNDS);
  if (!read.ok) return { ok: false, problem: `the body is not valid JSON: ${read.fault.replaceAll('_', ' ')}` };
  if (!isJsonObject(read.value)) return { ok: false, problem: NOT_AN_OBJECT };
  const members = Object.entries(read.value).map(([name, value]): MemberText =>
    Array.isArray(value) ? { name, groups: groupsOf(value as unknown[]) } : { name, text: JSON.stringify(value) },
  );
  return { ok: true, members };
}

/** Why a body that is valid JSON is rejected. */
export const NOT_AN_OBJECT = 'the body must be a JSON object';

function groupsOf(elements: readonly unknown[]): string[] {
  const groups: string[] = [];
  let group: string[] = [];
  let length = 0;
  for (const element of elements) {
    const text = JSON.stringify(element);
    group.push(text);
    length += text.length;
    if (length < GROUP) continue;
    groups.push(`[${group.join(',')}]`);
    group = [];
    length = 0;
  }
  if (group.length > 0) groups.push(`[${group.join(',')}]`);
  return groups;
}
