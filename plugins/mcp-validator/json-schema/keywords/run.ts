/** Steps that one check may take: at 15 to 60 nanoseconds each, about a tenth of a second. */
export const MAX_STEPS = 3_000_000;

/** Schemas that may be tried inside each other's trial: each takes a part of the stack. */
const MAX_NESTED = 1200;

/** From so many members on an object is kept as a hash table: each look at it takes longer. */
const LARGE_OBJECT = 128;

/** What a value breaks, and where. */
export interface Failure {
  readonly problem: string;
  /** Keys down to the value, the innermost first; undefined for the value at hand. */
  readonly path: readonly (string | number)[] | undefined;
  /** The types that the value should have had, where it has another. */
  readonly types: readonly string[] | undefined;
}

/**
 * One check of a value: its budget of steps, and what failed last.
 *
 * A step is a schema tried on a value, a member or name looked at, or 16 characters compared. When the budget is spent
 * every trial fails at once, and the result of the check means nothing.
 */
export class Run implements Failure {
  problem = '';
  path: (string | number)[] | undefined;
  types: readonly string[] | undefined;
  private left: number;
  private nested = 0;
  private readonly namesOfLarge = new Map<object, readonly string[]>();

  constructor(private readonly maxSteps = MAX_STEPS) {
    this.left = maxSteps;
  }

  get isSpent(): boolean {
    return this.left < 0;
  }

  get steps(): number {
    return this.maxSteps - this.left;
  }

  /** Takes steps from the budget; false when it does not have them. */
  spend(steps: number): boolean {
    this.left -= steps;
    return this.left >= 0;
  }

  /** The names of an object's members; none when the budget does not have the steps to go through them. */
  namesOf(object: object): readonly string[] {
    const known = this.namesOfLarge.size > 0 ? this.namesOfLarge.get(object) : undefined;
    const names = known ?? Object.keys(object);
    if (names.length < LARGE_OBJECT) return this.spend(names.length) ? names : [];
    if (!known) this.namesOfLarge.set(object, names);
    return this.spend(names.length * (known ? 4 : 8)) ? names : [];
  }

  /** Before each trial of a schema; after a true one belongs a {@link leave}. */
  enter(steps: number): boolean {
    this.left -= steps;
    if (this.left < 0) return false;
    if (this.nested >= MAX_NESTED) {
      this.left = -1;
      return false;
    }
    this.nested++;
    return true;
  }

  leave(): void {
    this.nested--;
  }

  /** Notes what the value at hand breaks. */
  fail(problem: string, types?: readonly string[]): false {
    this.problem = problem;
    this.types = types;
    this.path = undefined;
    return false;
  }

  /** Notes that the last failure is of a value inside the one at hand. */
  inside(key: string | number): false {
    (this.path ??= []).push(key);
    return false;
  }

  /** Makes an earlier failure the last one again. */
  failAs({ problem, path, types }: Failure): false {
    this.problem = problem;
    this.types = types;
    this.path = path && [...path];
    return false;
  }
}
