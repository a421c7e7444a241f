import { closeSync, openSync, readFileSync, write } from 'node:fs';
import { parseDirectives } from './directives';
import { expand, variableMaps, variablesIn, type ValueOf, type VariableMaps } from './variable-maps';

/** The access log of the proxy with its format, and the variables that the included file declares. */
export interface AccessLog {
  /** Variables of `map` directives. Lua may set them. */
  readonly maps: VariableMaps;
  /** Writes the line of a request; `valueOf` knows the variables of nginx and those that Lua set. */
  write(valueOf: ValueOf): void;
  close(): void;
}

const MODE = 0o644;
const NO_MAPS: VariableMaps = new Map();

/**
 * Opens the access log: the file and the format of `proxy_access_log`, which the file of `nginx_http_include` declares.
 * Without a format of its own nothing is written: Kong's default format contains queries.
 *
 * @throws when nginx would not start, and for a format with another escaping than JSON
 */
export function openAccessLog(
  setting: string,
  include: string | undefined,
  isVariable: (name: string) => boolean,
  log: (level: string, message: string) => void,
): AccessLog {
  const directives = include === undefined ? [] : parseDirectives(readFileSync(include, 'utf8'));
  const maps = directives.length > 0 ? variableMaps(directives) : NO_MAPS;
  const [path = 'off', name] = setting.split(/\s+/);
  if (path === 'off' || name === undefined) return { maps, write: () => undefined, close: () => undefined };
  const format = directives.find(({ words }) => words[0] === 'log_format' && words[1] === name);
  if (!format) throw new Error(`unknown log format "${name}"`);
  const [, , escaping, ...parts] = format.words;
  if (escaping !== 'escape=json') throw new Error(`log_format ${name}: the stand-in emulates escape=json only`);
  const template = parts.join('');
  for (const variable of variablesIn(template)) {
    if (!maps.has(variable) && !isVariable(variable)) throw new Error(`unknown "${variable}" variable`);
  }
  const file = openSync(path, 'a', MODE);
  return {
    maps,
    write: (valueOf) => {
      const line = expand(template, (variable) => escapeJson(valueOf(variable) ?? ''));
      write(file, Buffer.from(`${line}\n`, 'latin1'), (error) => {
        if (error) log('err', `failed to write the access log: ${error.message}`);
      });
    },
    close: () => {
      closeSync(file);
    },
  };
}

/** As `escape=json` of nginx: quotes, backslashes and control characters; other bytes stay. */
const escapeJson = (value: string): string =>
  // eslint-disable-next-line no-control-regex
  value.replace(/["\\\0-\x1f]/g, (char) => JSON.stringify(char).slice(1, -1));
