/** A plugin server with a plugin that reads nothing and does nothing: the cost of one event of an external plugin. */
import { definePlugin, proceed } from '../../../kong/pdk';
import { runCli } from '../../../kong/plugin-server';

const nullEvent = definePlugin({
  name: 'null-event',
  version: '1.0.0',
  priority: 930,
  onError: 'reject',
  fields: {},
  prepare: () => undefined,
  access: { reads: {}, handle: () => proceed() },
});

// The first argument is the loader of TypeScript, the second this file.
void runCli({ name: 'null-event', version: '1.0.0', plugins: [nullEvent] }, process.argv.slice(1));
