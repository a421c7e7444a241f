import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Plugin, Suite } from '../../pdk';
import { answerQuery } from '../describe';
import { capturePlugin } from './capture-plugin';
import { choosePlugins } from './choose-plugins';

interface DumpOptions {
  readonly all?: true;
  readonly out?: string;
  readonly withAccess?: true;
  readonly capture?: true;
}

/** Adds `dump`: the descriptions of the plugins, as Kong reads them. */
export function addDumpCommand(program: Command, suite: Suite): void {
  program
    .command('dump')
    .description("print a plugin's description for Kong's pluginserver_<NAME>_query_cmd")
    .argument('[plugin]', `one of: ${suite.plugins.map(({ name }) => name).join(', ')}`)
    .option('--all', 'write the description of every plugin to a file')
    .option('--out <dir>', 'directory of the files, which are named <plugin>.json')
    .option('--with-access', 'include the access phase of plugins that work without it, for options that need it')
    .option('--capture', 'print the pre-function plugin that captures bodies for the telemetry plugins, as YAML')
    .action((plugin: string | undefined, { all, out, withAccess, capture }: DumpOptions, command: Command) => {
      if (capture && plugin === undefined && !all && out === undefined) process.stdout.write(capturePlugin());
      else if (capture) command.error('error: --capture takes no plugin, no --all and no --out');
      else if (all && out !== undefined && plugin === undefined) dumpAll(suite, out, withAccess);
      else if (plugin !== undefined && !all && out === undefined) {
        for (const found of choosePlugins(suite, [plugin])) process.stdout.write(descriptionOf(found, withAccess));
      } else command.error('error: name one plugin, or use --all --out <dir>');
    });
}

const descriptionOf = (plugin: Plugin, withAccess: boolean | undefined): string =>
  `${JSON.stringify(answerQuery(plugin, withAccess))}\n`;

function dumpAll({ plugins }: Suite, directory: string, withAccess: boolean | undefined): void {
  mkdirSync(directory, { recursive: true });
  for (const plugin of plugins)
    writeFileSync(join(directory, `${plugin.name}.json`), descriptionOf(plugin, withAccess));
}
