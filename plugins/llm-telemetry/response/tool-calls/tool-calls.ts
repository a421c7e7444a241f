import { JsonProgress, isWholeObject } from './json-progress';

/** A call of a tool that the model asked for. */
export interface ToolCall {
  readonly id?: string;
  readonly name: string;
  /** As JSON text. */
  readonly arguments?: string;
}

/** A piece of a streamed call: mostly the first one has id and name, the others append to the arguments. */
export interface ToolCallPiece {
  /** The choice it belongs to; 0 where there is but one. */
  readonly choice?: number;
  /** Its place among the choice's calls, from 0 or 1, as the server counts; undefined where it does not. */
  readonly index?: number | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly arguments?: string | undefined;
  /** True where these are all the arguments, whatever pieces came before. */
  readonly whole?: boolean;
}

/** A call that pieces may still come for. */
interface OpenCall {
  readonly choice: number;
  readonly index: number | undefined;
  /** Characters of the arguments that are kept. */
  readonly maxLength: number;
  id: string | undefined;
  name: string | undefined;
  /** What is kept of the arguments; undefined: none came. */
  kept: string | undefined;
  progress: JsonProgress;
  /** The first characters of the arguments and how many there were, to know them again. */
  start: string;
  length: number;
}

/** Calls whose arguments are kept, and calls that pieces are told apart for; further ones are dropped. */
const MAX_KEPT = 128;
const MAX_OPEN = 1024;
const MAX_NAME_LENGTH = 256;
const START_LENGTH = 256;

/**
 * Puts the pieces of tool calls together.
 *
 * A call is known by its choice and index; a new one begins with a new id only, since servers repeat the name in each
 * piece, count from 1, or give every call the index 0. Where a server has no ids, a new one begins with another name,
 * or with whole arguments after whole ones that were others.
 */
export class ToolCalls {
  private readonly calls: OpenCall[] = [];
  private readonly byIndex = new Map<string, OpenCall>();
  private readonly byId = new Map<string, OpenCall>();
  private readonly lastOf = new Map<number, OpenCall>();
  private dropped = 0;

  /** @param maxLength characters of the arguments of one call that are kept; 0 keeps none */
  constructor(private readonly maxLength: number) {}

  /** How many calls there were. */
  get count(): number {
    return this.calls.length + this.dropped;
  }

  /** The first calls. */
  kept(): ToolCall[] {
    return this.calls.slice(0, MAX_KEPT).map(({ id, name = '', kept }) => ({
      name,
      ...(id !== undefined && { id }),
      ...(kept !== undefined && { arguments: kept }),
    }));
  }

  /** Adds a call that came whole. */
  add(piece: ToolCallPiece): void {
    this.begin(piece);
  }

  /** Takes the next piece of a stream. */
  take(piece: ToolCallPiece): void {
    const call = this.callOf(piece);
    if (call) this.extend(call, piece);
    else if (piece.id !== undefined || piece.name !== undefined) this.begin(piece);
  }

  private callOf(piece: ToolCallPiece): OpenCall | undefined {
    const { choice = 0, index, id } = piece;
    const named = id === undefined ? undefined : this.byId.get(keyOf(choice, cut(id)));
    if (named && !isOtherOfSameId(named, piece)) return named;
    const placed = index === undefined ? this.lastOf.get(choice) : this.byIndex.get(keyOf(choice, index));
    if (!placed) return undefined;
    // Some servers make up an id for each piece; an id that comes late belongs to the call that has none.
    if (id !== undefined && placed.id !== undefined) return isContinued(placed, piece) ? placed : undefined;
    return isNewWithoutId(placed, piece) ? undefined : placed;
  }

  private begin(piece: ToolCallPiece): void {
    if (this.calls.length >= MAX_OPEN) {
      this.dropped++;
      return;
    }
    const { choice = 0, index } = piece;
    const progress = new JsonProgress();
    const maxLength = this.calls.length < MAX_KEPT ? this.maxLength : 0;
    const call: OpenCall = {
      ...{ choice, index, maxLength, progress, start: '', length: 0 },
      ...{ id: undefined, name: undefined, kept: undefined },
    };
    this.calls.push(call);
    this.lastOf.set(choice, call);
    if (index !== undefined) this.byIndex.set(keyOf(choice, index), call);
    this.extend(call, piece);
  }

  private extend(call: OpenCall, { id, name, arguments: json, whole = false }: ToolCallPiece): void {
    if (call.id === undefined && id !== undefined) {
      call.id = cut(id);
      this.byId.set(keyOf(call.choice, call.id), call);
    }
    call.name ??= name === undefined ? undefined : cut(name);
    if (json !== undefined) append(call, json, whole);
  }
}

function append(call: OpenCall, json: string, whole: boolean): void {
  // Whole arguments that begin again were sent twice: once in pieces and once as a whole.
  if (whole || (call.progress.done && /^\s*\{/.test(json))) {
    call.progress = new JsonProgress();
    Object.assign(call, { kept: '', start: '', length: 0 });
  }
  call.progress.push(json);
  call.length += json.length;
  if (call.start.length < START_LENGTH) call.start += json.slice(0, START_LENGTH - call.start.length);
  const kept = call.kept ?? '';
  call.kept = kept.length < call.maxLength ? kept + json.slice(0, call.maxLength - kept.length) : kept;
}

const isContinued = (call: OpenCall, { index, name }: ToolCallPiece): boolean =>
  index !== undefined && name === undefined && !call.progress.done;

/** Servers without ids of their own give all calls one. */
const isOtherOfSameId = (call: OpenCall, { index, name }: ToolCallPiece): boolean =>
  index !== undefined && index !== call.index && name !== undefined && call.name !== undefined && call.name !== name;

function isNewWithoutId(call: OpenCall, { name, arguments: json = '' }: ToolCallPiece): boolean {
  if (name === undefined || call.name === undefined) return false;
  if (call.name !== cut(name)) return call.id === undefined || call.progress.done;
  const isSame = json.length === call.length && json.startsWith(call.start);
  return call.progress.done && isWholeObject(json) && !isSame;
}

const cut = (name: string): string => name.slice(0, MAX_NAME_LENGTH);
const keyOf = (choice: number, part: number | string): string => `${choice}:${part}`;
