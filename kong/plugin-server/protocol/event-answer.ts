import type { Outcome } from '../../pdk';
import { effectsOf } from '../../pdk/effects';
import { END_OF_CALLS, frame } from './frames';
import { messages } from './messages';
import { encodeEffect } from './pdk-codec';

/** What goes to Kong when an event is decided. */
export interface EventAnswer {
  /** All effects and the end of the event: one write. */
  readonly bytes: Buffer;
  /** How many replies to effects Kong will send; they say nothing. */
  readonly replies: number;
  /** Kong ends the request with it: nothing follows on this connection. */
  readonly isExit: boolean;
}

/** The frames of one outcome's effects. @throws when the outcome holds what no message can carry */
export function encodeEffects(outcome: Outcome): EncodedEffects {
  const frames = effectsOf(outcome).flatMap(encodeEffect);
  return { frames, count: frames.length / 2, isExit: outcome.kind === 'reject' };
}

/** The effects of one outcome, ready to send. */
export interface EncodedEffects {
  readonly frames: readonly Buffer[];
  readonly count: number;
  readonly isExit: boolean;
}

/**
 * Joins the effects of all outcomes of an event, in order, and ends the event.
 *
 * @param sequence the number of Kong's call
 */
export function answerWith(effects: readonly EncodedEffects[], sequence: unknown): EventAnswer {
  const frames = effects.flatMap((one) => one.frames);
  const isExit = effects.at(-1)?.isExit ?? false;
  if (!isExit) frames.push(END_OF_CALLS, frame(messages.rpcReturn.encode({ sequence })));
  const count = effects.reduce((sum, one) => sum + one.count, 0);
  return { bytes: Buffer.concat(frames), replies: count - (isExit ? 1 : 0), isExit };
}

/** The answer of a single outcome. */
export const encodeAnswer = (outcome: Outcome, sequence: unknown): EventAnswer =>
  answerWith([encodeEffects(outcome)], sequence);
