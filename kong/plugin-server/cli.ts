import { Command } from 'commander';
import { addCheckCommand } from '../check/command';
import { addConfigCommand } from '../config/command';
import { addDoctorCommand } from '../doctor/command';
import type { Suite } from '../pdk';
import { addDumpCommand } from './commands/dump';
import { addServeCommand } from './commands/serve';
import { addStockCommand } from './commands/stock';

/** A suite with commands of its own. */
export interface CliSuite extends Suite {
  /** Functions that add a command to the program. */
  readonly commands?: readonly ((program: Command) => void)[];
}

/**
 * Runs the command line of a suite of plugins: `serve`, `dump`, `check`, `config`, `stock` where the suite names its module, and the
 * commands of the suite itself.
 * Never rejects: an error is printed on stderr, and the exit status of the process is then 1.
 */
export async function runCli(suite: CliSuite, argv: readonly string[] = process.argv): Promise<void> {
  const { name, version, module, plugins } = suite;
  const program = new Command(name)
    .description(suite.description ?? 'Kong plugin server')
    .version(version)
    .showHelpAfterError(`(add --help for help)`);
  addServeCommand(program, suite);
  addDumpCommand(program, suite);
  addCheckCommand(program, suite);
  addConfigCommand(program, suite);
  addDoctorCommand(program, suite);
  if (module !== undefined) addStockCommand(program, { plugins, module });
  for (const addCommand of suite.commands ?? []) addCommand(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
