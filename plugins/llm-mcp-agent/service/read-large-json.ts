import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsonObject } from '../../shared/json/json-object';
import { BUSY, type SideThread, type Task } from '../../shared/runtime/side-thread/side-thread';
import type { JsonSlices } from './json-slices-task';

const READ_SLICES: Task<{ readonly bytes: Uint8Array }, JsonSlices> = {
  module: join(__dirname, 'json-slices-task'),
  name: 'jsonSlicesTask',
};

/**
 * Reads a large body as strict JSON without blocking other requests: another thread checks it and divides it into pieces,
 * which are parsed here one by one.
 */
export async function readLargeJson(
  bytes: Uint8Array,
  thread: SideThread,
): Promise<{ readonly value: JsonObject } | { readonly problem: string } | typeof BUSY> {
  const slices = await thread.run(READ_SLICES, bytes, {});
  if (slices === BUSY) return BUSY;
  if (!slices.ok) return { problem: slices.problem };
  const members: [string, unknown][] = [];
  for (const member of slices.members) {
    if ('text' in member) members.push([member.name, JSON.parse(member.text)]);
    else {
      const elements: unknown[] = [];
      for (const group of member.groups) {
        for (const element of JSON.parse(group) as unknown[]) elements.push(element);
        await nextTurn();
      }
      members.push([member.name, elements]);
    }
  }
  return { value: Object.fromEntries(members) };
}
