import { join } from 'node:path';
import { readConfig } from '../../kong/pdk/read-config';
import type { DecideInput } from '../../plugins/mcp-validator/large-bodies/decide-task';
import { fields } from '../../plugins/mcp-validator/schema';
import { BUSY, MAX_HELD_BYTES, SideThread, type Task } from '../../plugins/shared/runtime/side-thread/side-thread';
import { call, post } from '../support/large-requests';

const folder = join(__dirname, '..', '..', 'plugins', 'mcp-validator', 'large-bodies');
const decide: Task<DecideInput, unknown> = { module: join(folder, 'decide-task'), name: 'decideTask' };
const input = {
  config: 'not JSON',
  method: 'POST',
  path: '/mcp',
  headers: {},
  headersTruncated: false,
};

it('accepts a single task beyond the bound, and no other next to it', async () => {
  const thread = new SideThread();
  const first = thread.run(decide, Buffer.alloc(MAX_HELD_BYTES + 1), input);
  expect(await thread.run(decide, Buffer.alloc(1), input)).toBe(BUSY);
  await expect(first).rejects.toThrow(/JSON/);
});

it('releases the bytes of a task that throws', async () => {
  const thread = new SideThread();
  for (let i = 0; i < 3; i++) {
    await expect(thread.run(decide, Buffer.alloc(MAX_HELD_BYTES), input)).rejects.toThrow(/JSON/);
  }
});

it('fails the task, with the reason, if its question cannot be answered', async () => {
  const thread = new SideThread();
  const config = JSON.stringify({ ...readConfig(fields, {}) });
  const { headers, body } = post(call({}));
  const asked = thread.run(decide, body.bytes, { ...input, config, headers: headers.toRecord() }, () => {
    throw new Error('no answer');
  });
  await expect(asked).rejects.toThrow('no answer');
});
