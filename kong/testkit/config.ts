import { checkRecord } from '../check/check-fields';
import { pathText } from '../check/finding';
import type { ConfigOf, Fields } from '../pdk';
import { readConfig } from '../pdk/read-config';

type PartialDeep<T> = T extends readonly (infer E)[]
  ? readonly PartialDeep<E>[]
  : T extends object
    ? { readonly [K in keyof T]?: PartialDeep<T[K]> }
    : T;

/** A config as it stands in kong.yml: fields with a default may be absent. */
export type ConfigInput<F extends Fields> = PartialDeep<ConfigOf<F>>;

/**
 * The config that Kong would hand to the plugin: checked against its fields, with their defaults filled in.
 *
 * @throws Error that names each field that Kong would reject
 */
export function completeConfig<F extends Fields>(fields: F, config: ConfigInput<F>): ConfigOf<F> {
  const findings = checkRecord(fields, config, ['config']);
  if (findings.length > 0) {
    throw new Error(findings.map(({ path, problem, fix }) => `${pathText(path)}: ${problem}. Fix: ${fix}`).join('\n'));
  }
  return readConfig(fields, config as Readonly<Record<string, unknown>>);
}
