import type { Outcome, PdkEffect } from '../../pdk';
import { effectsOf } from '../../pdk/effects';
import { END_OF_CALLS } from './frames';
import { MessageWriter } from './message-writer';
import { writeEffect } from './pdk-codec';

/** The bytes that end an event. */
export interface EventAnswer {
  /** All effects and the end of the event: one write. */
  readonly bytes: Buffer;
  /** Number of replies to effects that Kong will send; they carry no information. */
  readonly replies: number;
  /** Whether Kong ends the request; then nothing follows on this connection. */
  readonly isExit: boolean;
}

/** Effects, encoded. */
export interface EncodedEffects {
  readonly bytes: Buffer;
  readonly count: number;
  readonly isExit: boolean;
}

/** Fields of the message `RpcReturn`. */
const RPC_RETURN = { sequence: 1 } as const;

/** What changes nothing. */
export const NO_EFFECTS: EncodedEffects = { bytes: Buffer.alloc(0), count: 0, isExit: false };
const writer = new MessageWriter();

/** Encodes the effects of an outcome. @throws when the outcome contains a value that no message can represent */
export function encodeEffects(outcome: Outcome): EncodedEffects {
  return encodeAll(effectsOf(outcome));
}

/** Encodes effects. @throws when one contains a value that no message can represent */
export function encodeAll(effects: readonly PdkEffect[]): EncodedEffects {
  if (effects.length === 0) return NO_EFFECTS;
  writer.reset();
  for (const effect of effects) writeEffect(writer, effect);
  const isExit = effects.at(-1)?.method === 'kong.response.exit';
  return { bytes: writer.copy(), count: effects.length, isExit };
}

/**
 * Joins the effects of the outcomes of one event, in order, and ends the event.
 *
 * @param sequence the number of Kong's call
 */
export function joinEffects(effects: readonly EncodedEffects[], sequence: number): EventAnswer {
  const isExit = effects.at(-1)?.isExit ?? false;
  let count = isExit ? -1 : 0;
  writer.reset();
  for (const one of effects) {
    count += one.count;
    writer.raw(one.bytes);
  }
  if (!isExit) {
    writer.raw(END_OF_CALLS);
    const start = writer.beginFrame();
    writer.integer(RPC_RETURN.sequence, sequence);
    writer.endFrame(start);
  }
  return { bytes: writer.copy(), replies: count, isExit };
}

/** Encodes the answer to an event with one outcome. */
export const encodeAnswer = (outcome: Outcome, sequence: number): EventAnswer =>
  joinEffects([encodeEffects(outcome)], sequence);
