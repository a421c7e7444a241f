import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { Plugin } from '../pdk';
import { answerQuery } from './describe';
import { parseAddress, parseCount, parseMode } from './options';
import { serve, type ServeOptions } from './serve';
import { LOG_LEVELS } from './stderr-log';
import { writeStockDirectories } from './stock/directories';

/** The suite that a program serves. */
export interface Suite {
  readonly name: string;
  readonly version: string;
  readonly plugins: readonly Plugin[];
  /** Absolute path of the compiled module that exports the plugins as `plugins`. */
  readonly module: string;
}

interface DumpOptions {
  readonly all?: true;
  readonly out?: string;
  readonly withAccess?: true;
}

/** Runs the command line over a suite of plugins: `serve`, `dump`, `stock`. */
export async function runCli(suite: Suite, argv: readonly string[]): Promise<void> {
  const program = new Command(suite.name)
    .description('Kong plugin server for MCP and LLM traffic')
    .version(suite.version)
    .showHelpAfterError();
  const names = suite.plugins.map(({ name }) => name);

  program
    .command('serve')
    .description('serve plugins to Kong on a unix socket, until SIGTERM')
    .requiredOption('--socket <path>', 'unix socket to listen on')
    .option(
      '--plugins <names>',
      'comma-separated names',
      (list: string) => choose(suite, list.split(',')),
      suite.plugins,
    )
    .option(
      '--socket-mode <octal>',
      "permissions of the socket; Kong's workers must be able to connect",
      parseMode,
      0o666,
    )
    .option('--metrics <host:port>', 'serve /healthz, /readyz and /metrics there', parseAddress)
    .option('--max-frame-bytes <n>', 'longest frame that Kong may send', parseCount, 16 * 1024 * 1024)
    .option('--max-held-bytes <n>', 'bytes that large frames may hold at a time', parseCount, 64 * 1024 * 1024)
    .option('--max-connections <n>', 'most connections at a time', parseCount, 65_536)
    .option('--stop-timeout <ms>', 'how long a stop may take', parseCount, 10_000)
    .addOption(
      new Option('--log-level <level>', 'least level that is logged, on stderr')
        .choices(LOG_LEVELS)
        .default('info')
        .env('LOG_LEVEL'),
    )
    .action((options: ServeOptions) => serve(options));

  program
    .command('dump')
    .description("print a plugin's description for Kong's pluginserver_<NAME>_query_cmd")
    .argument('[plugin]', `one of: ${names.join(', ')}`)
    .option('--all', 'every plugin, one file each')
    .option('--out <dir>', 'where the files go: DIR/<plugin>.json')
    .option('--with-access', 'also the access phase of plugins that can do without it, for options that need it')
    .action((plugin: string | undefined, { all, out, withAccess }: DumpOptions, command: Command) => {
      if (all && out !== undefined && plugin === undefined) dumpAll(suite, out, withAccess);
      else if (plugin !== undefined && !all && out === undefined) {
        for (const found of choose(suite, [plugin])) process.stdout.write(descriptionOf(found, withAccess));
      } else command.error('error: name one plugin, or give --all --out DIR');
    });

  program
    .command('stock')
    .description("write one directory per plugin for Kong's own kong-js-pluginserver")
    .requiredOption('--out <dir>', 'where the directories go')
    .action(({ out }: { out: string }) => {
      writeStockDirectories(suite, out);
    });

  await program.parseAsync(argv);
}

function choose(suite: Suite, names: readonly string[]): Plugin[] {
  return names.map((name) => {
    const plugin = suite.plugins.find((candidate) => candidate.name === name.trim());
    if (plugin) return plugin;
    throw new Error(`no plugin "${name}": there are ${suite.plugins.map((p) => p.name).join(', ')}`);
  });
}

const descriptionOf = (plugin: Plugin, withAccess: boolean | undefined): string =>
  `${JSON.stringify(answerQuery(plugin, withAccess))}\n`;

function dumpAll({ plugins }: Suite, directory: string, withAccess: boolean | undefined): void {
  mkdirSync(directory, { recursive: true });
  for (const plugin of plugins)
    writeFileSync(join(directory, `${plugin.name}.json`), descriptionOf(plugin, withAccess));
}
