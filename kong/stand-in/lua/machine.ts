import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LuaBridge } from './bridge';
import { EXITED, Failure, LuaError, Several, luaToString, type Exited, type LuaValue, type PdkResult } from './value';

/** What the machine needs of a request. */
export interface LuaRequest {
  readonly id: string;
  log(level: string, message: string): void;
}

/** A function that snippets can call. An exception becomes an error in Lua. */
export type LuaFunction<R> = (request: R, args: LuaValue[]) => PdkResult | Promise<PdkResult>;

/** The compiled snippets of one plugin configuration for one phase. */
export type Phase = number;

/** The result of a body filter; `data` is absent when the snippet did not change it. */
export interface Filtered {
  readonly data?: Buffer;
  readonly last: boolean;
}

const PRELUDE = readFileSync(join(__dirname, 'prelude.lua'), 'latin1');

const DONE = 0;
const RAISED = 1;
const LATER = 2;
const ENDED = 3;

/**
 * Runs the snippets of pre-function and post-function in one Lua machine, which keeps `kong.ctx.shared` of each
 * request.
 */
export class LuaMachine<R extends LuaRequest> {
  private readonly entry: number;
  private readonly functions: readonly LuaFunction<R>[];
  private current: R | undefined;
  private pending: Promise<PdkResult> | undefined;

  private constructor(
    private readonly bridge: LuaBridge,
    functions: ReadonlyMap<string, LuaFunction<R>>,
  ) {
    this.functions = [...functions.values()];
    this.entry = bridge.load(PRELUDE, '=kong', [[...functions.keys()]], (args) => this.callFunction(args));
  }

  /** Starts a machine whose snippets can call the given functions. */
  static async open<R extends LuaRequest>(functions: ReadonlyMap<string, LuaFunction<R>>): Promise<LuaMachine<R>> {
    return new LuaMachine(await LuaBridge.open(), functions);
  }

  /** Compiles snippets that run one after the other. Throws {@link LuaError} for invalid Lua. */
  compile(sources: readonly string[], name: string): Phase {
    return this.act('compile', sources, name)[0] as number;
  }

  /** Compiles a snippet that returns a value. Throws {@link LuaError} for invalid Lua. */
  compileExpression(source: string, name: string): Phase {
    return this.act('expression', source, name)[0] as number;
  }

  /** The error of the compiler for a snippet, or undefined. Runs nothing. */
  check(source: string): string | undefined {
    return this.act('check', source)[0] as string | undefined;
  }

  /** Whether a byte string matches a Lua pattern, as `string.match` sees it. */
  matches(value: string, pattern: string): boolean {
    return this.act('match', value, pattern)[0] === true;
  }

  /** Creates the context of a request. It stays in memory until {@link close}. */
  open(id: string): void {
    this.act('open', id);
  }

  close(id: string): void {
    this.act('close', id);
  }

  /** A copy of a value in the request's `kong.ctx.shared`. */
  getShared(id: string, key: LuaValue): LuaValue {
    return this.act('get', id, key)[0];
  }

  setShared(id: string, key: LuaValue, value: LuaValue): void {
    this.act('set', id, key, value);
  }

  /** Runs a phase, and waits for asynchronous functions. Throws what Lua raised. */
  async run(request: R, plugin: string, phase: Phase): Promise<Exited | undefined> {
    let [signal, message] = this.enter(request, 'start', request.id, plugin, phase);
    while (signal === 'wait') {
      const result = await this.settle();
      [signal, message] = this.enter(request, 'continue', request.id, plugin, ...result);
    }
    return this.outcome(signal, message);
  }

  /** Runs a phase that cannot wait. Throws what Lua raised. */
  runNow(request: R, plugin: string, phase: Phase): Exited | undefined {
    const [signal, message] = this.enter(request, 'start', request.id, plugin, phase);
    if (signal === 'wait') throw new LuaError('attempt to wait in a phase that cannot');
    return this.outcome(signal, message);
  }

  /** The value of an expression for a request. Throws what Lua raised. */
  evaluate(request: R, plugin: string, expression: Phase): LuaValue {
    const [signal, value] = this.enter(request, 'evaluate', request.id, plugin, expression);
    if (signal === 'error') throw new LuaError(luaToString(value));
    return value;
  }

  /** Runs a body filter on one part of the body. Throws what Lua raised. */
  filter(request: R, plugin: string, phase: Phase, chunk: Uint8Array, last: boolean): Filtered {
    const [signal, second, third] = this.enter(request, 'filter', request.id, plugin, phase, chunk, last);
    if (signal === 'error') throw new LuaError(luaToString(second));
    if (signal === 'same') return { last: second === true };
    return { last: second === true, data: Buffer.from(third as string, 'latin1') };
  }

  /** Closes the machine. */
  shutDown(): void {
    this.bridge.close();
  }

  private act(action: string, ...args: LuaValue[]): LuaValue[] {
    return this.bridge.call(this.entry, action, ...args);
  }

  private enter(request: R, action: string, ...args: LuaValue[]): LuaValue[] {
    this.current = request;
    return this.act(action, ...args);
  }

  private outcome(signal: LuaValue, message: LuaValue): Exited | undefined {
    if (signal === 'error') throw new LuaError(luaToString(message));
    return signal === 'exit' ? EXITED : undefined;
  }

  private callFunction([index, ...args]: LuaValue[]): LuaValue[] {
    const request = this.current;
    if (request === undefined) return [RAISED, 'no request found'];
    if (index === 0) {
      request.log(luaToString(args[0]), luaToString(args[1]));
      return [DONE];
    }
    try {
      const result = this.functions[(index as number) - 1]?.(request, args);
      if (!(result instanceof Promise)) return encode(result);
      this.pending = result;
      return [LATER];
    } catch (error) {
      return [RAISED, messageOf(error)];
    }
  }

  private async settle(): Promise<LuaValue[]> {
    const { pending } = this;
    try {
      return encode(await pending);
    } catch (error) {
      return [RAISED, messageOf(error)];
    }
  }
}

function encode(result: PdkResult): LuaValue[] {
  if (result === EXITED) return [ENDED];
  if (result instanceof Failure) return [DONE, undefined, result.message];
  if (result instanceof Several) return [DONE, ...result.values];
  return [DONE, result];
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
