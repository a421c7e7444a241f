import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import type { PluginSchema } from '../config/plugin-schema';
import type { PluginServer } from '../config/settings';

/** The description of a plugin: the output of `query_cmd`. */
export interface Description {
  readonly name: string;
  readonly priority: number;
  readonly version: string;
  readonly phases: readonly string[];
  readonly schema: PluginSchema;
  readonly protocol: string;
  readonly server: PluginServer;
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Runs `query_cmd`. Only the first plugin of the output counts, like in Kong 3.9 (`process.lua`). @throws for invalid
 * output
 */
export async function describe(server: PluginServer): Promise<Description> {
  const output = await run(server);
  let dump: unknown;
  try {
    dump = JSON.parse(output);
  } catch (error) {
    throw new Error(`failed decoding plugin info of ${server.name}`, { cause: error });
  }
  if (typeof dump !== 'object' || dump === null) throw new Error(`not a plugin info table: ${server.queryCommand}`);
  const { Protocol, Plugins = dump } = dump as { Protocol?: string; Plugins?: unknown };
  const [info] = Plugins as Readonly<Record<string, unknown>>[];
  if (!info) throw new Error(`no plugin in the output of ${server.queryCommand}`);
  return {
    name: info['Name'] as string,
    priority: Number(info['Priority'] ?? 0),
    version: info['Version'] as string,
    phases: (info['Phases'] ?? []) as string[],
    schema: info['Schema'] ?? {},
    protocol: Protocol ?? 'MsgPack:1',
    server,
  };
}

/** The output of the command; Kong ignores its exit code. */
async function run({ queryCommand }: PluginServer): Promise<string> {
  try {
    const { stdout } = await promisify(exec)(queryCommand, { encoding: 'latin1', maxBuffer: MAX_OUTPUT_BYTES });
    return stdout;
  } catch (error) {
    const { stdout, message } = error as { stdout?: string; message: string };
    if (stdout) return stdout;
    throw new Error(`error loading plugins info: ${message}`, { cause: error });
  }
}
