import { join } from 'node:path';
import type { DecideInput } from '../../plugins/mcp-validator/large-bodies/decide-task';
import { BUSY, MAX_HELD_BYTES, SideThread, type Task } from '../../plugins/shared/runtime/side-thread/side-thread';

const folder = join(__dirname, '..', '..', 'plugins', 'mcp-validator', 'large-bodies');
const judge: Task<DecideInput, unknown> = { module: join(folder, 'decide-task'), name: 'decideTask' };
const input = {
  config: 'no JSON',
  method: 'POST',
  path: '/mcp',
  headers: {},
  headersTruncated: false,
  told: undefined,
};

it('takes work that alone is beyond the bound, and no other beside it', async () => {
  const thread = new SideThread();
  const first = thread.run(judge, Buffer.alloc(MAX_HELD_BYTES + 1), input);
  expect(await thread.run(judge, Buffer.alloc(1), input)).toBe(BUSY);
  await expect(first).rejects.toThrow(/JSON/);
});

it('gives back the room of a task that throws', async () => {
  const thread = new SideThread();
  for (let i = 0; i < 3; i++) {
    await expect(thread.run(judge, Buffer.alloc(MAX_HELD_BYTES), input)).rejects.toThrow(/JSON/);
  }
});
