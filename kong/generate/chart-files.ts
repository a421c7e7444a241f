import { buildConfig } from '../config/build-config';
import type { Plugin } from '../pdk';

/** The files of the repository, by their paths from its root. */
export interface Repository {
  /** The text of a file. */
  readonly read: (path: string) => string;
  /** The paths of all files below a folder, from that folder. */
  readonly list: (folder: string) => readonly string[];
}

/** Where the chart keeps the files that it brings. */
export const CHART_FILES = 'kubernetes/chart/files';

/** What the templates of the chart replace by the host of Redis of a release. */
const REDIS_HOST = 'redis.of-the-release';

const POD = 'kubernetes/overlays/pod.yml';
const REDIS = ['kong/profiles/redis.yml', 'kubernetes/overlays/redis-password.yml'];

/**
 * The files that the Helm chart brings, by their paths in `CHART_FILES`. Helm reads only what is inside a chart, so they
 * are generated from the files that everything else uses.
 *
 * @throws Error when the reference configuration with the overlays of the chart has an error
 */
export function chartFiles({ read, list }: Repository, plugins: readonly Plugin[]): ReadonlyMap<string, string> {
  const build = (overlays: readonly string[]): string => {
    const source = (name: string) => ({ name, text: read(name) });
    const built = buildConfig({
      base: source('kong/kong.yml'),
      overlays: overlays.map(source),
      variables: { REDIS_HOST },
      plugins,
      format: 'kong',
    });
    if (!built.ok) throw new Error(built.report);
    return built.text;
  };
  const copies = (from: string, to: string, convert = (text: string) => text): [string, string][] =>
    list(from).map((name) => [`${to}/${name}`, convert(read(`${from}/${name}`))]);
  return new Map([
    ['kong.yml', build([POD])],
    ['kong-redis.yml', build([POD, ...REDIS])],
    ['kong.conf', read('kong/kong.conf')],
    ['request-log.conf', read('kong/request-log.conf')],
    ...copies('docker/prometheus/rules', 'rules'),
    ...copies('docker/grafana/dashboards', 'dashboards', compact),
  ]);
}

/** A dashboard on one line: all files of a chart together must fit into a Secret of 1 MB. */
const compact = (json: string): string => `${JSON.stringify(JSON.parse(json))}\n`;
