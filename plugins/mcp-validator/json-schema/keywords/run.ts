/** Steps that one check may take: at 15 to 60 nanoseconds each, about a tenth of a second. */
export const MAX_STEPS = 3_000_000;

/** The depth of schemas that are tried inside each other: each uses a part of the stack. */
const MAX_NESTED = 1200;

/** An object with this many members is a hash table: each access takes longer. */
const LARGE_OBJECT = 128;

/** Which rule a value breaks, and where. */
export interface Failure {
  readonly problem: string;
  /** Keys down to the value, the innermost first; undefined for the current value. */
  readonly path: readonly (string | number)[] | undefined;
  /** The types that are allowed, if the value has another type. */
  readonly types: readonly string[] | undefined;
}

/**
 * One check of a value: its budget of steps, and the last failure.
 *
 * A step is a schema that is tried on a value, a member or name that is read, or 16 characters that are compared. Once the
 * budget is spent, every trial fails at once, and the result of the check is not valid.
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

  /** Takes steps from the budget; false if it does not have enough. */
  spend(steps: number): boolean {
    this.left -= steps;
    return this.left >= 0;
  }

  /** The names of an object's members; none if the budget does not have enough steps to read them. */
  namesOf(object: object): readonly string[] {
    const known = this.namesOfLarge.size > 0 ? this.namesOfLarge.get(object) : undefined;
    const names = known ?? Object.keys(object);
    if (names.length < LARGE_OBJECT) return this.spend(names.length) ? names : [];
    if (!known) this.namesOfLarge.set(object, names);
    return this.spend(names.length * (known ? 4 : 8)) ? names : [];
  }

  /** Called before each trial of a schema. If it returns true, {@link leave} must follow. */
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

  /** Records what the current value breaks. */
  fail(problem: string, types?: readonly string[]): false {
    this.problem = problem;
    this.types = types;
    this.path = undefined;
    return false;
  }

  /** Records that the last failure is in a value inside the current one. */
  inside(key: string | number): false {
    (this.path ??= []).push(key);
    return false;
  }

  /** Makes an earlier failure the last one. */
  failAs({ problem, path, types }: Failure): false {
    this.problem = problem;
    this.types = types;
    this.path = path && [...path];
    return false;
  }
}
