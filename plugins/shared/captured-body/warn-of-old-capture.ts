import type { Log } from '../../../kong/pdk';
import { CAPTURE_VERSION, type Capture } from './capture';

/** The plugins that have logged the warning: one line per process and plugin is enough. */
const warned = new Set<string>();

const REPLACE = 'replace them by the output of "kong-ai-plugins dump --capture"';

/** Logs a warning, once per process and plugin, if the Lua functions in kong.yml are not of this suite's version. */
export function warnOfOldCapture({ version }: Capture, log: Log, plugin: string): void {
  if (version === CAPTURE_VERSION || warned.has(plugin)) return;
  warned.add(plugin);
  const fields = { plugin, capture_version: version, expected_version: CAPTURE_VERSION };
  if (version < CAPTURE_VERSION) {
    log.warn(fields, `the capture functions in kong.yml are older than this plugin: ${REPLACE}`);
  } else {
    log.warn(fields, `the capture functions in kong.yml were written for a newer version of the suite: ${REPLACE}`);
  }
}
