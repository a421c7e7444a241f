import type { Command } from 'commander';
import { writeStockDirectories, type PluginModule } from '../stock/directories';

/** Adds `stock`: writes the plugins in the form that Kong's own JavaScript plugin server loads. */
export function addStockCommand(program: Command, suite: PluginModule): void {
  program
    .command('stock')
    .description("write a directory for each plugin that Kong's own kong-js-pluginserver can load")
    .requiredOption('--out <dir>', 'parent directory')
    .action(({ out }: { out: string }) => {
      writeStockDirectories(suite, out);
    });
}
