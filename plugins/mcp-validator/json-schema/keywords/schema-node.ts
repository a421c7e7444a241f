import type { JsonObject } from '../../../shared/json/json-object';
import { Evaluated } from './evaluated';
import type { Run } from './run';

/** Checks a value against one keyword. `evaluated` is set if an outer schema needs to know what was evaluated. */
export type Check<T = unknown> = (value: T, run: Run, evaluated: Evaluated | undefined) => boolean;

/** A compiled schema that can be tried on values. */
export interface Trial {
  readonly accepts: Check;
}

/** The checks of one schema, by the type of the value, in order. */
export class SchemaNode implements Trial {
  readonly any: Check[] = [];
  readonly number: Check<number>[] = [];
  readonly string: Check<string>[] = [];
  readonly array: Check<readonly unknown[]>[] = [];
  readonly object: Check<JsonObject>[] = [];
  /** Other schemas for the same value. */
  readonly combined: Check[] = [];
  /** Keywords for what no other keyword evaluated: they run last. */
  readonly unevaluated: Check[] = [];
  private steps = 1;

  /** To be called once all checks are added. */
  countSteps(): void {
    const lists = [this.any, this.number, this.string, this.array, this.object, this.combined, this.unevaluated];
    this.steps = 1 + Math.floor(lists.reduce((sum, { length }) => sum + length, 0) / 2);
  }

  accepts(value: unknown, run: Run, outer: Evaluated | undefined): boolean {
    if (!run.enter(this.steps)) return false;
    let isValid: boolean;
    if (this.unevaluated.length === 0) isValid = this.passes(value, run, outer);
    else {
      const evaluated = new Evaluated();
      isValid = this.passes(value, run, evaluated) && all(this.unevaluated, value, run, evaluated);
      if (isValid) outer?.addAll(evaluated, run);
    }
    run.leave();
    return isValid;
  }

  private passes(value: unknown, run: Run, evaluated: Evaluated | undefined): boolean {
    if (!all(this.any, value, run, evaluated)) return false;
    if (typeof value === 'string') {
      if (!all(this.string, value, run, evaluated)) return false;
    } else if (typeof value === 'number') {
      if (!all(this.number, value, run, evaluated)) return false;
    } else if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value)) {
        if (!all(this.array, value, run, evaluated)) return false;
      } else if (!all(this.object, value as JsonObject, run, evaluated)) return false;
    }
    return all(this.combined, value, run, evaluated);
  }
}

function all<T>(checks: readonly Check<T>[], value: T, run: Run, evaluated: Evaluated | undefined): boolean {
  for (const check of checks) if (!check(value, run, evaluated)) return false;
  return true;
}

/** The schema `true`. */
export const ANYTHING: Trial = { accepts: (_, run) => run.spend(1) };

/** The schema `false`. */
export const NOTHING: Trial = { accepts: (_, run) => run.spend(1) && run.fail('is not allowed') };
