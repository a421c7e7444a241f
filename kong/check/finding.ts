/** Keys and positions that lead from the root of a file to a value; positions count from 0. */
export type Path = readonly (string | number)[];

/** One problem of a configuration file. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** The path of the value, even if it is missing. */
  readonly path: Path;
  /** What is wrong, with the value unless it is a secret; one sentence without a full stop. */
  readonly problem: string;
  /** What to do; one sentence without a full stop. */
  readonly fix: string;
}

/** A path as Kong writes it: `config.rules[1].limit`, positions from 1. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step + 1}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
