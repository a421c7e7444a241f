import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Plugin, Suite } from '../../pdk';
import { chosenPhasesOf, phasesForFiles, phasesFromOptions, type PhaseChoices } from '../choose-phases';
import { answerQuery } from '../describe';
import { capturePlugin } from './capture-plugin';
import { choosePlugins } from './choose-plugins';

interface DumpOptions {
  readonly all?: true;
  readonly out?: string;
  readonly for?: readonly string[];
  readonly phases?: readonly string[];
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
    .option(
      '--for <file>',
      'describe only the phases that the configurations in this declarative file need; can be repeated',
      append,
    )
    .option(
      '--phases <plugin=phases>',
      'the phases of a plugin, such as mcp-guard=access, whatever --for finds; can be repeated',
      append,
    )
    .option('--capture', 'print the pre-function plugin that captures bodies for the telemetry plugins, as YAML')
    .action((plugin: string | undefined, options: DumpOptions, command: Command) => {
      const { all, out, capture } = options;
      if (capture && Object.keys(options).length === 1 && plugin === undefined) process.stdout.write(capturePlugin());
      else if (capture) command.error('error: --capture takes no plugin and no other option');
      else if (all && out !== undefined && plugin === undefined) dumpAll(suite, out, options);
      else if (plugin !== undefined && !all && out === undefined) {
        const choices = choicesOf(suite, options);
        for (const found of choosePlugins(suite, [plugin])) process.stdout.write(descriptionOf(found, choices));
      } else command.error('error: name one plugin, or use --all --out <dir>');
    });
}

const append = (value: string, values: readonly string[] = []): readonly string[] => [...values, value];

const choicesOf = ({ plugins }: Suite, { for: files = [], phases = [] }: DumpOptions): PhaseChoices =>
  new Map([...phasesForFiles(plugins, files), ...phasesFromOptions(plugins, phases)]);

const descriptionOf = (plugin: Plugin, choices: PhaseChoices): string =>
  `${JSON.stringify(answerQuery(plugin, chosenPhasesOf(plugin, choices)))}\n`;

/** Writes no file if the phases cannot be chosen. */
function dumpAll(suite: Suite, directory: string, options: DumpOptions): void {
  const choices = choicesOf(suite, options);
  mkdirSync(directory, { recursive: true });
  for (const plugin of suite.plugins) {
    writeFileSync(join(directory, `${plugin.name}.json`), descriptionOf(plugin, choices));
  }
}
