import { Command, InvalidArgumentError, Option } from 'commander';

/** What the benchmark is to do. */
export interface Options {
  /** Names of rows, or prefixes of names; all rows of the table without it. */
  readonly only: readonly string[] | undefined;
  /** The document into which the tables are written. */
  readonly write: string | undefined;
  /** The length of one measurement with one number of connections. */
  readonly seconds: number;
  /** The number of times that each row is measured. */
  readonly rounds: number;
}

/** Reads the command line and the environment; ends the process with a message when they are wrong. */
export function readOptions(args: readonly string[]): Options {
  const command = new Command('npm run bench -- gateway')
    .description('what each configuration costs on a real Kong')
    .addOption(new Option('--engine <engine>', 'gateway to measure').choices(['kong']).default('kong'))
    .option('--only <rows>', 'rows to measure, separated by commas; global/ means all that begin with it', list)
    .option('--write <file>', 'document whose tables are replaced')
    .addOption(new Option('--seconds <n>', 'length of a measurement').argParser(count).default(4).env('BENCH_SECONDS'))
    .addOption(new Option('--rounds <n>', 'measurements of each row').argParser(count).default(5).env('BENCH_ROUNDS'));
  command.parse(args, { from: 'user' });
  const { only, write, seconds, rounds } = command.opts<Options>();
  return { only, write, seconds, rounds };
}

const list = (text: string): string[] => text.split(',').filter((name) => name !== '');

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 1000) return value;
  throw new InvalidArgumentError('expected a whole number from 1 to 1000');
}
