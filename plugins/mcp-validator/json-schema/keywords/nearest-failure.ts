import type { Failure, Run } from './run';

/** Finds the failure of the alternative that the value matches best. */
export class NearestFailure {
  private nearest: Failure | undefined;
  private closeness = -1;
  private isAlone = false;
  /** The allowed types, if all failures are about the type of the value itself. */
  private types: (readonly string[])[] | undefined = [];

  /** Adds the last failure of the run. */
  note({ problem, path, types }: Run): void {
    if (types && !path) this.types?.push(types);
    else this.types = undefined;
    // The deeper the failure, the better the value around it matches; a value of the right type is closer too.
    const closeness = (path?.length ?? 0) * 2 + (types ? 0 : 1);
    if (closeness === this.closeness) this.isAlone = false;
    if (closeness <= this.closeness) return;
    this.closeness = closeness;
    this.nearest = { problem, path, types };
    this.isAlone = true;
  }

  /** Fails as the closest alternative did, or with `ofAll` if no alternative is closer than the others. */
  report(run: Run, ofAll: string): false {
    if (this.types && this.types.length > 0) {
      const types = [...new Set(this.types.flat())];
      return run.fail(`must be ${types.join(' or ')}`, types);
    }
    return this.nearest && this.isAlone ? run.failAs(this.nearest) : run.fail(ofAll);
  }
}
