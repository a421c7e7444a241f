import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Plugin, Suite } from '../pdk';
import { checkFile } from './check-file';
import { checkLogIntake } from './check-log-intake';
import type { Finding } from './finding';
import { readYaml } from './read-yaml';
import { report, summary } from './report';

const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** The output of a check, and whether the file can be used. */
export interface CheckResult {
  readonly output: string;
  readonly isUsable: boolean;
}

/** Adds `check`: reports what Kong or the plugins would reject in a declarative file, without Kong. */
export function addCheckCommand(program: Command, suite: Suite): void {
  program
    .command('check')
    .description("check the plugins' configurations in a declarative file of Kong, without Kong")
    .argument('[file]', 'the file, YAML or JSON', 'kong.yml')
    .option('--log-intake <file>', 'check the file of `serve --log-intake` too')
    .option('--strict', 'treat warnings as errors')
    .action((file: string, { strict = false, logIntake }: CheckOptions, command: Command) => {
      const read = (path: string): string => {
        try {
          return readBounded(path);
        } catch (error) {
          command.error(`error: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
        }
      };
      const results = [checkText(file, read(file), suite.plugins, strict)];
      if (logIntake !== undefined) {
        results.push(checkText(logIntake, read(logIntake), suite.plugins, strict, checkLogIntake));
      }
      process.stdout.write(results.map(({ output }) => output).join(''));
      if (!results.every(({ isUsable }) => isUsable)) process.exitCode = 1;
    });
}

interface CheckOptions {
  readonly strict?: boolean;
  readonly logIntake?: string;
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

function readBounded(file: string): string {
  const bytes = readFileSync(file);
  if (bytes.length > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`);
  return bytes.toString('utf8');
}
