import { readFileSync } from 'node:fs';
import { checkLogIntake, type IntakeSections } from '../../check/check-log-intake';
import { pathText } from '../../check/finding';
import { readYaml } from '../../check/read-yaml';
import type { Plugin } from '../../pdk';

/** Reads the file of the log intake. @throws Error that names the line, the field and the fix */
export function readSections(file: string, plugins: readonly Plugin[]): IntakeSections {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`cannot read the file of --log-intake: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const yaml = readYaml(text);
  if ('problems' in yaml) {
    const [first] = yaml.problems;
    throw new Error(`${file}:${first?.line ?? 1}: not valid YAML: ${first?.message ?? ''}`);
  }
  const findings = checkLogIntake(yaml.value, plugins);
  if (findings.length === 0) return yaml.value as IntakeSections;
  const lines = findings.map(
    ({ path, problem, fix }) => `${file}:${yaml.lineOf(path)}: ${pathText(path)}: ${problem}. Fix: ${fix}`,
  );
  throw new Error(lines.join('\n'));
}
