import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { definePlugin, field, proceed, read } from '../../kong/pdk';
import { runCli } from '../../kong/plugin-server/cli';

/** A program with a plugin server whose only plugin waits for a configured time, for tests of processes. */
const slow = definePlugin({
  name: 'slow',
  version: '1.0.0',
  priority: 1,
  onError: 'reject',
  fields: {
    folder: field.string({ description: 'Where the plugin says what it did', required: true }),
    wait_ms: field.integer({ description: 'How long a request takes', default: 0 }),
    flush_ms: field.integer({ description: 'How long the disposal takes', default: 0 }),
  },
  prepare: (config) => config,
  dispose: async ({ folder, flush_ms }) => {
    await wait(flush_ms);
    writeFileSync(join(folder, 'flushed'), '');
  },
  access: {
    reads: { path: read.path() },
    handle: async ({ folder, wait_ms }) => {
      writeFileSync(join(folder, 'started'), '');
      await wait(wait_ms);
      return proceed({ responseHeaders: { 'X-Slow': 'done' } });
    },
  },
});

void runCli({ name: 'slow-server', version: '1.0.0', plugins: [slow], module: __filename }, process.argv.slice(1));
