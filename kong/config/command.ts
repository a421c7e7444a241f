import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { readTextFile } from '../check/read-file';
import type { Suite } from '../pdk';
import { buildConfig, type BuildInput, type SourceFile } from './build-config';

interface BuildOptions {
  readonly base: string;
  readonly with: readonly string[];
  readonly env?: string;
  readonly format: BuildInput['format'];
  readonly out?: string;
}

const list = (text: string, before: readonly string[]): string[] => [...before, ...text.split(',').filter(Boolean)];

/** Adds `config build`: makes one declarative file from a base and overlays. */
export function addConfigCommand(program: Command, { plugins }: Suite): void {
  program
    .command('config')
    .description('work with declarative files of Kong')
    .command('build')
    .description('build a declarative file from a base and overlays, replace ${VAR} and ${VAR:-default}, and check it')
    .option('--base <file>', 'the declarative file that the overlays change', 'kong/kong.yml')
    .option('--with <names>', 'overlays, in order: names of files in profiles/ beside the base, or paths', list, [])
    .option('--env <name>', 'one more overlay, applied last, such as dev, staging or prod')
    .addOption(
      new Option('--format <format>', 'the tool that reads the result').choices(['kong', 'deck']).default('kong'),
    )
    .option('--out <file>', 'write the result there, and nothing if there is an error (default: standard output)')
    .action((options: BuildOptions, command: Command) => {
      try {
        build(options, plugins);
      } catch (error) {
        command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
}

/** @throws Error that names the file, if one cannot be read or written */
function build({ base, with: names, env, format, out }: BuildOptions, plugins: BuildInput['plugins']): void {
  const source = (name: string): SourceFile => ({ name, text: readTextFile(name) });
  const overlays = [...names, ...(env === undefined ? [] : [env])].map((name) => source(overlayFile(base, name)));
  const built = buildConfig({ base: source(base), overlays, variables: process.env, plugins, format });
  if (!built.ok) {
    process.stderr.write(built.report);
    process.exitCode = 1;
    return;
  }
  process.stderr.write(built.warnings);
  if (out === undefined) process.stdout.write(built.text);
  else writeWhole(out, built.text);
}

/** A name is that of a file in `profiles/` beside the base; anything with a slash or an extension is a path. */
const overlayFile = (base: string, name: string): string =>
  /[/\\]|\.ya?ml$/.test(name) ? name : join(dirname(base), 'profiles', `${name}.yml`);

/** Writes a file so that a reader never sees a part of it. */
function writeWhole(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}.unfinished`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new Error(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
