import { UNKNOWN, type Labels } from '../../shared/telemetry/labels';
import { toolOf, type Operation } from '../operations/operation';
import { announcedNamesIn, isSuccessful } from './announced';

const LABEL = 'gen_ai_tool_name';

/** Accepts the tools in a response to `tools/list` as labels. */
export function learnTools(labels: Labels, operation: Operation, maxTools: number): void {
  if (operation.message.method !== 'tools/list') return;
  for (const name of announcedNamesIn(operation)) labels.bounded(LABEL, name, maxTools, serverOf(operation));
}

/**
 * The tool as a label. A name from a client becomes a label only after the server has announced the tool or a call to it
 * has succeeded; until then it is `_unknown`.
 */
export function toolLabelOf(labels: Labels, operation: Operation, maxTools: number): string {
  const tool = toolOf(operation);
  if (tool === undefined) return '';
  const server = serverOf(operation);
  return isSuccessful(operation) || labels.knows(LABEL, tool, server)
    ? labels.bounded(LABEL, tool, maxTools, server)
    : UNKNOWN;
}

/** The tools of each server are bounded separately. */
const serverOf = ({ entry }: Operation): string => entry.service.name;
