import { findPlugins } from './find-plugins';
import { pathText, type Finding, type Path } from './finding';
import type { YamlFile } from './read-yaml';

/** The findings as text: one line for each, with its fix, and a summary. */
export function report(fileName: string, { value, lineOf }: YamlFile, findings: readonly Finding[]): string {
  const plugins = findPlugins(value);
  const locationOf = (path: Path): string => {
    const owner = plugins.find((plugin) => plugin.path.every((step, index) => path[index] === step));
    if (!owner) return pathText(path);
    const scope = Object.entries(owner.scope).map(([kind, name]) => ` on ${kind} ${name}`);
    return [`plugin ${owner.name}${scope.join(',')}`, pathText(path.slice(owner.path.length))]
      .filter(Boolean)
      .join(', ');
  };
  const lines = findings.map(({ severity, path, problem, fix }) => {
    const at = locationOf(path);
    return `${fileName}:${lineOf(path)}: ${severity}: ${at === '' ? '' : `${at}: `}${problem}. Fix: ${fix}${fix.endsWith('?') ? '' : '.'}\n`;
  });
  return lines.join('') + summary(fileName, findings);
}

/** The number of errors and warnings, as text. */
export function summary(fileName: string, findings: readonly Pick<Finding, 'severity'>[]): string {
  const count = (severity: Finding['severity']): string => {
    const found = findings.filter((finding) => finding.severity === severity).length;
    return `${found} ${severity}${found === 1 ? '' : 's'}`;
  };
  return `${fileName}: ${findings.length === 0 ? 'ok' : `${count('error')}, ${count('warning')}`}\n`;
}
