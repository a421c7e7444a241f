import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Plugin } from '../../pdk';

/** Plugins, and where a program can load them. */
export interface PluginModule {
  readonly plugins: readonly Plugin[];
  /** Absolute path of the compiled module that exports the plugins as `plugins`. */
  readonly module: string;
}

/**
 * Writes, for every plugin, a directory with a single entry that Kong's stock `kong-js-pluginserver` can load.
 *
 * There is one directory for each plugin, because that server loads every entry of its directory, and Kong uses only the
 * first plugin of a server.
 *
 * @throws when such a directory contains other files; none is deleted
 */
export function writeStockDirectories({ plugins, module }: PluginModule, out: string): void {
  for (const { name } of plugins) {
    const directory = resolve(out, name);
    mkdirSync(directory, { recursive: true });
    const others = readdirSync(directory).filter((entry) => entry !== `${name}.js`);
    if (others.length > 0) throw new Error(`${directory} holds other files: choose another --out`);
    const adapter = requirePath(directory, join(__dirname, 'adapter.js'));
    const suite = requirePath(directory, module);
    const entry = [
      `'use strict';`,
      `const { toStockPlugin } = require(${adapter});`,
      `const { plugins } = require(${suite});`,
      `module.exports = toStockPlugin(plugins.find(({ name }) => name === ${JSON.stringify(name)}));`,
    ];
    writeFileSync(join(directory, `${name}.js`), `${entry.join('\n')}\n`);
  }
}

const requirePath = (from: string, to: string): string => JSON.stringify(relative(from, to).replaceAll('\\', '/'));
