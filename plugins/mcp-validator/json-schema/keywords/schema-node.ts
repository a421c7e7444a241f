import type { JsonObject } from '../../../shared/json/json-object';
import { Evaluated } from './marks';
import type { Run } from './run';

/** Judges a value by one keyword. `marks` are there where some schema around asks for what was judged. */
export type Check<T = unknown> = (value: T, run: Run, marks: Evaluated | undefined) => boolean;

/** A schema, ready to be tried on values. */
export interface Trial {
  readonly accepts: Check;
}

/** The checks of one schema, by the type of value that they concern, each list in the order of its checks. */
export class SchemaNode implements Trial {
  readonly any: Check[] = [];
  readonly number: Check<number>[] = [];
  readonly string: Check<string>[] = [];
  readonly array: Check<readonly unknown[]>[] = [];
  readonly object: Check<JsonObject>[] = [];
  /** On the same value, by other schemas. */
  readonly combined: Check[] = [];
  /** On what no other keyword has judged: they come last. */
  readonly unevaluated: Check[] = [];
  private steps = 1;

  /** To be called when all checks are there. */
  countSteps(): void {
    const lists = [this.any, this.number, this.string, this.array, this.object, this.combined, this.unevaluated];
    this.steps = 1 + Math.floor(lists.reduce((sum, { length }) => sum + length, 0) / 2);
  }

  accepts(value: unknown, run: Run, outer: Evaluated | undefined): boolean {
    if (!run.enter(this.steps)) return false;
    let isValid: boolean;
    if (this.unevaluated.length === 0) isValid = this.passes(value, run, outer);
    else {
      const marks = new Evaluated();
      isValid = this.passes(value, run, marks) && all(this.unevaluated, value, run, marks);
      if (isValid) outer?.addAll(marks, run);
    }
    run.leave();
    return isValid;
  }

  private passes(value: unknown, run: Run, marks: Evaluated | undefined): boolean {
    if (!all(this.any, value, run, marks)) return false;
    if (typeof value === 'string') {
      if (!all(this.string, value, run, marks)) return false;
    } else if (typeof value === 'number') {
      if (!all(this.number, value, run, marks)) return false;
    } else if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value)) {
        if (!all(this.array, value, run, marks)) return false;
      } else if (!all(this.object, value as JsonObject, run, marks)) return false;
    }
    return all(this.combined, value, run, marks);
  }
}

function all<T>(checks: readonly Check<T>[], value: T, run: Run, marks: Evaluated | undefined): boolean {
  for (const check of checks) if (!check(value, run, marks)) return false;
  return true;
}

/** The schema `true`. */
export const ANYTHING: Trial = { accepts: (_, run) => run.spend(1) };

/** The schema `false`. */
export const NOTHING: Trial = { accepts: (_, run) => run.spend(1) && run.fail('is not allowed') };
