import { RE2JS } from 're2js';

/** A pattern of a schema, compiled so that it can't backtrack: its time is the text's length times its size. */
export interface LinearPattern {
  readonly test: (text: string) => boolean;
  /** Instructions of the compiled program. */
  readonly size: number;
}

const MAX_PATTERN_LENGTH = 1000;

/** Compiles a pattern of JSON Schema with RE2; undefined for what RE2 has not, as lookaround and backreferences. */
export function compilePattern(source: string): LinearPattern | undefined {
  if (source.length > MAX_PATTERN_LENGTH) return undefined;
  try {
    const program = RE2JS.compile(RE2JS.translateRegExp(source));
    return { test: (text) => program.test(text), size: program.programSize() };
  } catch {
    return undefined;
  }
}

/** Thrown out of a check when its patterns have used up their steps: ajv has no other way to stop. */
export class PatternBudgetSpent extends Error {}

/** The steps that the patterns of one check may take together. */
export class PatternBudget {
  private left = 0;

  constructor(private readonly steps: number) {}

  /** Before each check. */
  refill(): void {
    this.left = this.steps;
  }

  /** The pattern, paying for each use. */
  limit({ test, size }: LinearPattern): { readonly test: (text: string) => boolean } {
    return {
      test: (text) => {
        this.left -= size * text.length;
        if (this.left < 0) throw new PatternBudgetSpent();
        return test(text);
      },
    };
  }
}
