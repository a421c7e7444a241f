/** Keys and positions that lead from the root of a file to a value; positions count from 0. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with a configuration file. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** Where the value is, or would be. */
  readonly path: Path;
  /** What is wrong, with the value where it is not a secret; one sentence without its full stop. */
  readonly problem: string;
  /** What to do; one sentence without its full stop. */
  readonly fix: string;
}

/** A path as Kong writes it: `config.rules[1].limit`, positions from 1. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step + 1}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
