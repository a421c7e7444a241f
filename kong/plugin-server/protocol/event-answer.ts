import type { Outcome, PdkEffect } from '../../pdk';
import { effectsOf } from '../../pdk/effects';
import { END_OF_CALLS, frame } from './frames';
import { messages } from './messages';
import { encodeEffect } from './pdk-codec';

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
  readonly frames: readonly Buffer[];
  readonly count: number;
  readonly isExit: boolean;
}

/** Encodes the effects of an outcome. @throws when the outcome contains a value that no message can represent */
export function encodeEffects(outcome: Outcome): EncodedEffects {
  return encodeAll(effectsOf(outcome));
}

/** Encodes effects. @throws when one contains a value that no message can represent */
export function encodeAll(effects: readonly PdkEffect[]): EncodedEffects {
  const frames = effects.flatMap(encodeEffect);
  return { frames, count: effects.length, isExit: effects.at(-1)?.method === 'kong.response.exit' };
}

/**
 * Joins the effects of the outcomes of one event, in order, and ends the event.
 *
 * @param sequence the number of Kong's call
 */
export function joinEffects(effects: readonly EncodedEffects[], sequence: unknown): EventAnswer {
  const frames = effects.flatMap((one) => one.frames);
  const isExit = effects.at(-1)?.isExit ?? false;
  if (!isExit) frames.push(END_OF_CALLS, frame(messages.rpcReturn.encode({ sequence })));
  const count = effects.reduce((sum, one) => sum + one.count, 0);
  return { bytes: Buffer.concat(frames), replies: count - (isExit ? 1 : 0), isExit };
}

/** Encodes the answer to an event with one outcome. */
export const encodeAnswer = (outcome: Outcome, sequence: unknown): EventAnswer =>
  joinEffects([encodeEffects(outcome)], sequence);
