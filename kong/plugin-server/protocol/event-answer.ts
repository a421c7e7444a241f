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

/**
 * Encodes an outcome as the effects that carry it out.
 *
 * @param sequence the number of Kong's call
 * @throws when the outcome holds what no message can carry
 */
export function encodeAnswer(outcome: Outcome, sequence: unknown): EventAnswer {
  const effects = effectsOf(outcome);
  const frames = effects.flatMap(encodeEffect);
  const isExit = outcome.kind === 'reject';
  if (!isExit) frames.push(END_OF_CALLS, frame(messages.rpcReturn.encode({ sequence })));
  return { bytes: Buffer.concat(frames), replies: effects.length - (isExit ? 1 : 0), isExit };
}
