import type { Command } from 'commander';
import { writeStockDirectories, type PluginModule } from '../stock/directories';

/** Adds `stock`: the plugins as Kong's own JavaScript plugin server loads them. */
export function addStockCommand(program: Command, suite: PluginModule): void {
  program
    .command('stock')
    .description("write one directory for each plugin, for Kong's own kong-js-pluginserver")
    .requiredOption('--out <dir>', 'directory in which the directories are made')
    .action(({ out }: { out: string }) => {
      writeStockDirectories(suite, out);
    });
}
