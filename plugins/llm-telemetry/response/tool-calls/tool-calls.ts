import { JsonProgress, isWholeObject } from './json-progress';

/** A tool call requested by the model. */
export interface ToolCall {
  readonly id?: string;
  readonly name: string;
  /** A JSON text. */
  readonly arguments?: string;
}

/** A piece of a streamed call: usually the first one has id and name, the others append to the arguments. */
export interface ToolCallPiece {
  /** The choice to which it belongs; 0 if there is only one. */
  readonly choice?: number;
  /**
   * The index among the calls of the choice, from 0 or 1 depending on the server; undefined if the server sends none.
   */
  readonly index?: number | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly arguments?: string | undefined;
  /** True if these are all the arguments: they replace earlier pieces. */
  readonly whole?: boolean;
}

/** A call that may receive more pieces. */
interface OpenCall {
  readonly choice: number;
  readonly index: number | undefined;
  /** The number of characters of the arguments that are kept. */
  readonly maxLength: number;
  id: string | undefined;
  name: string | undefined;
  /** The kept part of the arguments; undefined if there are none. */
  kept: string | undefined;
  progress: JsonProgress;
  /** The start and the length of the arguments, to recognize a repetition. */
  start: string;
  length: number;
}

/** The number of calls whose arguments are kept, and of calls that are distinguished; more calls are only counted. */
const MAX_KEPT = 128;
const MAX_OPEN = 1024;
const MAX_NAME_LENGTH = 256;
const START_LENGTH = 256;

/**
 * Assembles tool calls from their pieces.
 *
 * A call is identified by its choice and index. Only a new id starts a new call, since servers repeat the name in each
 * piece, count from 1, or send the index 0 for every call. If a server sends no ids, a new call starts with another
 * name, or with complete arguments that differ from the complete arguments before.
 */
export class ToolCalls {
  private readonly calls: OpenCall[] = [];
  private readonly byIndex = new Map<string, OpenCall>();
  private readonly byId = new Map<string, OpenCall>();
  private readonly lastOf = new Map<number, OpenCall>();
  private dropped = 0;

  /** @param maxLength the number of characters of each call's arguments that are kept; 0 keeps none */
  constructor(private readonly maxLength: number) {}

  /** The number of calls. */
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

  /** Adds a complete call. */
  add(piece: ToolCallPiece): void {
    this.startCall(piece);
  }

  /** Adds the next piece of a stream. */
  take(piece: ToolCallPiece): void {
    const call = this.callOf(piece);
    if (call) this.extend(call, piece);
    else if (piece.id !== undefined || piece.name !== undefined) this.startCall(piece);
  }

  private callOf(piece: ToolCallPiece): OpenCall | undefined {
    const { choice = 0, index, id } = piece;
    const named = id === undefined ? undefined : this.byId.get(keyOf(choice, cut(id)));
    if (named && !isOtherOfSameId(named, piece)) return named;
    const placed = index === undefined ? this.lastOf.get(choice) : this.byIndex.get(keyOf(choice, index));
    if (!placed) return undefined;
    // Some servers create an id for each piece. An id that arrives late belongs to the call without an id.
    if (id !== undefined && placed.id !== undefined) return isContinued(placed, piece) ? placed : undefined;
    return isNewWithoutId(placed, piece) ? undefined : placed;
  }

  private startCall(piece: ToolCallPiece): void {
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
  // Complete arguments that start again were sent twice: in pieces and as a whole.
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

/** Some servers give all calls the same id. */
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
