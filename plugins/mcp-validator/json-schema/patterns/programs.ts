import { RE2JS } from 're2js';

/** A compiled pattern. */
interface Program {
  readonly re2: RE2JS;
  /** Bytes of the program, and of the program with the states that it has created, as counted last. */
  readonly ownBytes: number;
  bytes: number;
}

/** Memory that the compiled programs of all patterns may use in each thread. */
export const MAX_PROGRAM_BYTES = 33_554_432;
const BYTES_PER_INSTRUCTION = 300;

/**
 * The compiled programs of patterns, shared by all schemas of the thread. A program caches states, up to some megabytes:
 * once all together are too large, all are dropped, and compiled again at their next use.
 */
class Programs {
  private readonly programs = new Map<string, Program>();
  private total = 0;

  /** Bytes of all programs, as counted. */
  get bytes(): number {
    return this.total;
  }

  /** The number of instructions. @throws if RE2 does not support the pattern */
  sizeOf(source: string): number {
    return this.get(source).re2.programSize();
  }

  test(source: string, text: string): boolean {
    const program = this.get(source);
    const isMatch = program.re2.test(text);
    this.count(program);
    return isMatch;
  }

  private get(source: string): Program {
    const known = this.programs.get(source);
    if (known) return known;
    const re2 = RE2JS.compile(source);
    const ownBytes = re2.programSize() * BYTES_PER_INSTRUCTION;
    const program = { re2, ownBytes, bytes: 0 };
    this.programs.set(source, program);
    this.count(program);
    return program;
  }

  private count(program: Program): void {
    const bytes = program.ownBytes + stateBytesOf(program.re2);
    this.total += bytes - program.bytes;
    program.bytes = bytes;
    if (this.total <= MAX_PROGRAM_BYTES) return;
    this.programs.clear();
    this.total = 0;
  }
}

/** The size of the states that re2js has cached, by its own count. */
function stateBytesOf(re2: RE2JS): number {
  const automaton = re2.re2().lazyDFA as { stateBudget: number; memBudget: number } | null;
  return automaton ? automaton.stateBudget - automaton.memBudget : 0;
}

/** The programs of the thread. */
export const programs = new Programs();
