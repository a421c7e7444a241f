import { createHash } from 'node:crypto';
import { CHART_FILES, type Repository } from './chart-files';

/** The values files with which the chart is rendered and checked, by the names of the renderings. */
export const CHART_CASES: ReadonlyMap<string, string | undefined> = new Map([
  ['default', undefined],
  ['demo', 'kubernetes/values/demo.yml'],
  ['production', 'kubernetes/values/production.yml'],
  ['options', 'test/fixtures/kubernetes/values/options.yml'],
]);

/** Where the renderings are. */
export const RENDERED = 'test/fixtures/kubernetes/rendered';

/**
 * What decides the form of the manifests that `helm template` writes, as one hash in hexadecimal: a rendering names the hash
 * of its inputs. Of the generated files only the names count, and those of the rules do not: the rest is in no stored
 * rendering.
 */
export function chartInputs({ read, list }: Repository, values: string | undefined): string {
  const hash = createHash('sha256');
  const files = list('kubernetes/chart')
    .map((name) => `kubernetes/chart/${name}`)
    .filter((file) => !file.startsWith(`${CHART_FILES}/rules/`));
  for (const file of files.toSorted()) hash.update(`${file}\0${file.startsWith(CHART_FILES) ? '' : read(file)}\0`);
  if (values !== undefined) hash.update(`${values}\0${read(values)}`);
  return hash.digest('hex');
}
