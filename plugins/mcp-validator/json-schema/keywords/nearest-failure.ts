import type { Failure, Run } from './run';

/** Of the failures of alternatives, the one of the alternative that the value comes nearest to. */
export class NearestFailure {
  private nearest: Failure | undefined;
  private closeness = -1;
  private isAlone = false;
  /** Where all failures ask for another type of the value itself: these types. */
  private types: (readonly string[])[] | undefined = [];

  /** Takes in the last failure of the run. */
  note({ problem, path, types }: Run): void {
    if (types && !path) this.types?.push(types);
    else this.types = undefined;
    // The deeper the failure lies, the better fits the value around it; a value of the right type is nearer too.
    const closeness = (path?.length ?? 0) * 2 + (types ? 0 : 1);
    if (closeness === this.closeness) this.isAlone = false;
    if (closeness <= this.closeness) return;
    this.closeness = closeness;
    this.nearest = { problem, path, types };
    this.isAlone = true;
  }

  /** Fails as the nearest alternative did, or with what is said of all where none is nearer than the others. */
  report(run: Run, ofAll: string): false {
    if (this.types && this.types.length > 0) {
      const types = [...new Set(this.types.flat())];
      return run.fail(`must be ${types.join(' or ')}`, types);
    }
    return this.nearest && this.isAlone ? run.failAs(this.nearest) : run.fail(ofAll);
  }
}
