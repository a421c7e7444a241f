import type { Command } from 'commander';
import type { Plugin, Suite } from '../pdk';
import { checkFile } from './check-file';
import { readDescriptions, type DescribedPhases } from './read-descriptions';
import { readDeclarativeFile } from './read-file';
import { readYaml } from './read-yaml';
import { report, summary } from './report';

/** The output of a check, and whether the file can be used. */
export interface CheckResult {
  readonly output: string;
  readonly isUsable: boolean;
}

interface CheckOptions {
  readonly strict?: boolean;
  readonly descriptions?: string;
}

/** Adds `check`: reports what Kong or the plugins would reject in a declarative file, without Kong. */
export function addCheckCommand(program: Command, suite: Suite): void {
  program
    .command('check')
    .description("check the plugins' configurations in a declarative file of Kong, without Kong")
    .argument('[file]', 'the file, YAML or JSON', 'kong.yml')
    .option('--strict', 'treat warnings as errors')
    .option(
      '--descriptions <dir>',
      'also report options that need a phase which the files of dump --out there leave out',
    )
    .action((file: string, { strict = false, descriptions }: CheckOptions, command: Command) => {
      let text: string;
      let described: DescribedPhases;
      try {
        text = readDeclarativeFile(file);
        described = descriptions === undefined ? new Map() : readDescriptions(descriptions, suite.plugins);
      } catch (error) {
        command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
      }
      const { output, isUsable } = checkText(file, text, suite.plugins, strict, described);
      process.stdout.write(output);
      if (!isUsable) process.exitCode = 1;
    });
}

/**
 * Checks the text of a declarative file; with `isStrict` a file with warnings is not usable.
 *
 * @param described the phases that Kong calls, where they are known
 */
export function checkText(
  file: string,
  text: string,
  plugins: readonly Plugin[],
  isStrict: boolean,
  described?: DescribedPhases,
): CheckResult {
  const yaml = readYaml(text);
  if ('problems' in yaml) {
    const lines = yaml.problems.map(({ line, message }) => `${file}:${line}: error: not valid YAML: ${message}\n`);
    const errors = yaml.problems.map(() => ({ severity: 'error' as const }));
    return { output: lines.join('') + summary(file, errors), isUsable: false };
  }
  const findings = checkFile(yaml.value, plugins, described);
  const isUsable = !findings.some(({ severity }) => isStrict || severity === 'error');
  return { output: report(file, yaml, findings), isUsable };
}
