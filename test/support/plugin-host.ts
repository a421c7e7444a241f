import { Metrics, type SinglePlugin } from '../../kong/pdk';
import { readConfig } from '../../kong/pdk/read-config';

/**
 * Runs one plugin in its own process, as the plugin server does, for tests of what it sends and prints.
 * Handles the messages of the parent in order, and answers each one when it is complete.
 */
export type HostCommand =
  | { readonly do: 'prepare'; readonly module: string; readonly plugin: string; readonly config: object }
  | { readonly do: 'log'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly do: 'metrics' }
  | { readonly do: 'dispose' };

const metrics = new Metrics();
let plugin: SinglePlugin | undefined;
const states: unknown[] = [];

async function carryOut(command: HostCommand): Promise<unknown> {
  switch (command.do) {
    case 'prepare': {
      const exported = (await import(command.module)) as Record<string, SinglePlugin>;
      plugin = exported[command.plugin];
      const silent = { debug: print, info: print, warn: print, error: print };
      const config = readConfig(plugin!.fields, command.config as Record<string, unknown>);
      const resources = { metrics, log: silent, now: Date.now, env: process.env, scope: {} };
      states.push(await plugin!.prepare(config as never, resources));
      return undefined;
    }
    case 'log': {
      const { reads, handle } = plugin!.phases.log!;
      const declared = typeof reads === 'function' ? reads(states.at(-1) as never) : reads;
      const facts = Object.fromEntries(
        Object.entries(declared).map(([name, fact]) => [
          name,
          'known' in fact
            ? fact.known
            : fact.shape(command.values[fact.method === 'kong.log.serialize' ? 'entry' : String(fact.argument)]),
        ]),
      );
      await handle(states.at(-1) as never, facts as never);
      return undefined;
    }
    case 'metrics':
      return metrics.registry.metrics();
    case 'dispose':
      await plugin!.dispose?.(states.pop() as never);
      return undefined;
  }
}

const print = (fields: object, message: string): void => {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
};

let last: Promise<void> = Promise.resolve();
process.on('message', (command: HostCommand) => {
  last = last.then(async () => {
    process.send!({ answer: await carryOut(command) });
  });
});
