import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** The build copies this folder, so that the path is the same from the sources and from `dist`. */
const FOLDER = join(__dirname, '..', '..', 'lua');

const read = (name: string): string => readFileSync(join(FOLDER, `${name}.lua`), 'utf8');

/** The `pre-function` plugin that captures bodies for the telemetry plugins, as an entry of a `plugins` list in YAML. */
export function capturePlugin(): string {
  const config = {
    access: [read('reject-smuggling')],
    header_filter: [read('replace-unjudged-answers')],
    body_filter: [read('capture-body-filter')],
    log: [read('capture-log'), read('log-names')],
  };
  return stringify([{ name: 'pre-function', config }], { lineWidth: 0, blockQuote: 'literal' });
}
