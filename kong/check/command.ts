import type { Command } from 'commander';
import type { Plugin, Suite } from '../pdk';
import { checkFile } from './check-file';
import { checkLogIntake } from './check-log-intake';
import type { Finding } from './finding';
import { readDescriptions, type DescribedPhases } from './read-descriptions';
import { readTextFile } from './read-file';
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
  readonly logIntake?: string;
}

/** Adds `check`: reports what Kong or the plugins would reject in a declarative file, without Kong. */
export function addCheckCommand(program: Command, suite: Suite): void {
  program
    .command('check')
    .description("check the plugins' configurations in a declarative file of Kong, without Kong")
    .argument('[file]', 'the file, YAML or JSON', 'kong.yml')
    .option('--log-intake <file>', 'check the file of `serve --log-intake` too')
    .option('--strict', 'treat warnings as errors')
    .option(
      '--descriptions <dir>',
      'also report options that need a phase which the files of dump --out there leave out',
    )
    .action((file: string, options: CheckOptions, command: Command) => {
      let results: CheckResult[];
      try {
        results = checkFiles(file, options, suite.plugins);
      } catch (error) {
        command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
      }
      process.stdout.write(results.map(({ output }) => output).join(''));
      if (!results.every(({ isUsable }) => isUsable)) process.exitCode = 1;
    });
}

/** @throws Error that names the file, if one cannot be read */
function checkFiles(file: string, options: CheckOptions, plugins: readonly Plugin[]): CheckResult[] {
  const { strict = false, descriptions, logIntake } = options;
  const described: DescribedPhases = descriptions === undefined ? new Map() : readDescriptions(descriptions, plugins);
  const check: Check = (value) => checkFile(value, plugins, described);
  const results = [checkText(file, readTextFile(file), plugins, strict, check)];
  if (logIntake !== undefined) {
    results.push(checkText(logIntake, readTextFile(logIntake), plugins, strict, checkLogIntake));
  }
  return results;
}

/** Finds what is wrong in a parsed file. */
type Check = (file: unknown, plugins: readonly Plugin[]) => Finding[];

/**
 * Checks the text of a declarative file, or of another one with its own `check`; with `isStrict` a file with warnings is
 * not usable.
 */
export function checkText(
  file: string,
  text: string,
  plugins: readonly Plugin[],
  isStrict: boolean,
  check: Check = checkFile,
): CheckResult {
  const yaml = readYaml(text);
  if ('problems' in yaml) {
    const lines = yaml.problems.map(({ line, message }) => `${file}:${line}: error: not valid YAML: ${message}\n`);
    const errors = yaml.problems.map(() => ({ severity: 'error' as const }));
    return { output: lines.join('') + summary(file, errors), isUsable: false };
  }
  const findings = check(yaml.value, plugins);
  const isUsable = !findings.some(({ severity }) => isStrict || severity === 'error');
  return { output: report(file, yaml, findings), isUsable };
}
