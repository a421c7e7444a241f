import { Command } from 'commander';
import { addCheckCommand } from '../check/command';
import type { Suite } from '../pdk';
import { addDumpCommand } from './commands/dump';
import { addServeCommand } from './commands/serve';
import { addStockCommand } from './commands/stock';

/** Runs the command line over a suite of plugins: `serve`, `dump`, `check`, `stock`. */
export async function runCli(suite: Suite, argv: readonly string[]): Promise<void> {
  const program = new Command(suite.name)
    .description('Kong plugin server for MCP and LLM traffic')
    .version(suite.version)
    .showHelpAfterError(`(add --help for help)`);
  addServeCommand(program, suite);
  addDumpCommand(program, suite);
  addCheckCommand(program, suite);
  addStockCommand(program, suite);
  await program.parseAsync(argv);
}
