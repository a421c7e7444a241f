import { createHash } from 'node:crypto';
import type { Repository } from './chart-files';

/** The values files with which the chart is rendered and checked, by the names of the renderings. */
export const CHART_CASES: ReadonlyMap<string, string | undefined> = new Map([
  ['default', undefined],
  ['demo', 'kubernetes/values/demo.yml'],
  ['production', 'kubernetes/values/production.yml'],
  ['options', 'test/fixtures/kubernetes/values/options.yml'],
]);

/** Where the renderings are. */
export const RENDERED = 'test/fixtures/kubernetes/rendered';

/** Everything that decides what `helm template` writes, as one hash in hexadecimal: a rendering names the hash of its inputs. */
export function chartInputs({ read, list }: Repository, values: string | undefined): string {
  const hash = createHash('sha256');
  const files = list('kubernetes/chart').map((name) => `kubernetes/chart/${name}`);
  for (const file of [...files.toSorted(), ...(values === undefined ? [] : [values])]) {
    hash.update(`${file}\0${read(file)}\0`);
  }
  return hash.digest('hex');
}
