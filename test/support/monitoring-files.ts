import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The path of a file or folder in `docker/`. */
export const dockerFolder = (...names: string[]): string => join(__dirname, '../../docker', ...names);

/** A rule of Prometheus: a recorded series or an alert. */
export interface Rule {
  /** The name of a recorded series or of an alert. */
  readonly name: string;
  readonly expr: string;
  readonly isAlert: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly record?: string;
      readonly alert?: string;
      readonly expr: string;
      readonly labels?: Record<string, string>;
      readonly annotations?: Record<string, string>;
    }[];
  }[];
}

/** The names of the files with rules. */
export const ruleFiles = (): string[] => readdirSync(dockerFolder('prometheus', 'rules'));

/** Every rule of Prometheus. */
export const readRules = (): Rule[] =>
  ruleFiles().flatMap((file) => {
    const { groups } = parse(readFileSync(dockerFolder('prometheus', 'rules', file), 'utf8')) as RuleFile;
    return groups.flatMap(({ rules }) =>
      rules.map(({ record, alert, expr, labels = {}, annotations = {} }) => ({
        name: record ?? alert ?? '',
        expr,
        isAlert: alert !== undefined,
        labels,
        annotations,
      })),
    );
  });

/** A panel of a dashboard, as far as tests use it. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

/** A dashboard of Grafana, as far as tests use it. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition: string }[] };
}

/** The dashboards with the names of their files. */
export const readDashboards = (): [string, Dashboard][] =>
  readdirSync(dockerFolder('grafana', 'dashboards')).map((file) => [
    file,
    JSON.parse(readFileSync(dockerFolder('grafana', 'dashboards', file), 'utf8')) as Dashboard,
  ]);
