import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { Plugin } from '../pdk';
import { answerQuery } from './describe';
import { parseAddress, parseCount, parseMode } from './options';
import { serve, type ServeOptions } from './serve';
import { writeStockDirectories } from './stock/directories';

/** The suite that a program serves. */
export interface Suite {
  readonly name: string;
  readonly version: string;
  readonly plugins: readonly Plugin[];
  /** Absolute path of the compiled module that exports the plugins as `plugins`. */
  readonly module: string;
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
    .option('--max-connections <n>', 'most connections at a time', parseCount, 65_536)
    .option('--stop-timeout <ms>', 'how long a stop may take', parseCount, 10_000)
    .addOption(
      new Option('--log-level <level>', 'least level that is logged, on stderr')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
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
    .action((plugin: string | undefined, { all, out }: { all?: true; out?: string }, command: Command) => {
      if (all && out !== undefined && plugin === undefined) dumpAll(suite, out);
      else if (plugin !== undefined && !all && out === undefined) process.stdout.write(describe(suite, plugin));
      else command.error('error: name one plugin, or give --all --out DIR');
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

const describe = (suite: Suite, name: string): string =>
  choose(suite, [name])
    .map((plugin) => `${JSON.stringify(answerQuery(plugin))}\n`)
    .join('');

function dumpAll(suite: Suite, directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const { name } of suite.plugins) writeFileSync(join(directory, `${name}.json`), describe(suite, name));
}
