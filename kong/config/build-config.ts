import { stringify } from 'yaml';
import { checkFile } from '../check/check-file';
import type { Finding } from '../check/finding';
import { readYaml, type YamlFile } from '../check/read-yaml';
import { report } from '../check/report';
import type { Plugin } from '../pdk';
import { applyOverlay } from './apply-overlay';
import { expandVariables } from './expand-variables';

/** A file and its text. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** What a configuration is built from. */
export interface BuildInput {
  readonly base: SourceFile;
  /** Applied in this order. */
  readonly overlays: readonly SourceFile[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly plugins: readonly Plugin[];
  /** The tool that reads the file. decK has no key `_transform`. */
  readonly format: 'kong' | 'deck';
}

/** The built file, or a report for the user with file and line of each error. */
export type Built =
  | { readonly ok: true; readonly text: string; readonly warnings: string }
  | { readonly ok: false; readonly report: string };

/** Builds a declarative file from a base and overlays, and checks it. Pure; never throws for wrong input. */
export function buildConfig({ base, overlays, variables, plugins, format }: BuildInput): Built {
  let value: unknown;
  for (const [index, file] of [base, ...overlays].entries()) {
    const read = readSource(file, variables);
    if ('report' in read) return { ok: false, report: read.report };
    const next = index === 0 ? { value: read.value } : applyOverlay(value, read.value);
    if ('findings' in next) return { ok: false, report: report(file.name, read.yaml, next.findings) };
    value = next.value;
  }
  const findings = checkFile(value, plugins);
  const result = { value, lineOf: () => 1 };
  const text = report('the built configuration', result, findings).replaceAll('configuration:1: ', 'configuration: ');
  if (findings.some(({ severity }) => severity === 'error')) return { ok: false, report: text };
  const heading = [base, ...overlays].map(({ name }) => `#   ${name}`).join('\n');
  return {
    ok: true,
    text: `# Built by \`config build\`. Edit these files and build again:\n${heading}\n${yamlOf(value, format)}`,
    warnings: findings.length > 0 ? text : '',
  };
}

type Source = { readonly yaml: YamlFile; readonly value: unknown } | { readonly report: string };

function readSource({ name, text }: SourceFile, variables: BuildInput['variables']): Source {
  const yaml = readYaml(text);
  if ('problems' in yaml) {
    return {
      report: yaml.problems.map(({ line, message }) => `${name}:${line}: error: not valid YAML: ${message}\n`).join(''),
    };
  }
  const expanded = expandVariables(yaml.value, variables);
  if (!('findings' in expanded)) return { yaml, value: expanded.value };
  const findings: readonly Finding[] = expanded.findings;
  return { report: report(name, yaml, findings) };
}

function yamlOf(value: unknown, format: BuildInput['format']): string {
  const { _transform, ...rest } = value as Record<string, unknown>;
  const shown = format === 'deck' || _transform === undefined ? rest : { ...(value as object) };
  // Kong reads YAML 1.1, in which a text such as `off` needs quotes.
  return stringify(shown, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
