import type { Headers } from '../../../kong/pdk';
import type { JsonObject } from '../../shared/json/json-object';
import type { Fault } from '../../shared/mcp/json-rpc/fault';
import { HEADER_MISMATCH, httpFault } from '../protocol/fault';
import { decodeHeaderValue } from '../protocol/header-value';
import { valueAt, type HeaderParameter } from './header-parameters';

/** `42` and `42.0` are the same integer (2026-07-28, basic/transports/streamable-http "Server Validation"). */
const INTEGER = /^-?\d{1,16}(?:\.0{1,16})?$/;

/**
 * Compares the headers `Mcp-Param-*` that a tool's schema declares with the arguments: a header must be present and equal
 * for each value in the body, and absent for each that is null or absent.
 */
export function checkParamHeaders(
  parameters: readonly HeaderParameter[],
  args: JsonObject,
  headers: Pick<Headers, 'all'>,
): Fault | undefined {
  for (const { header, path } of parameters) {
    const value = valueAt(args, path);
    const values = headers.all(header);
    const [raw] = values;
    if (value === undefined || value === null) {
      if (raw !== undefined) return mismatch(header, 'has no value in the arguments');
    } else if (raw === undefined) return mismatch(header, 'is missing');
    else if (values.length > 1 || !isSame(value, decodeHeaderValue(raw))) {
      return mismatch(header, 'differs from the arguments');
    }
  }
  return undefined;
}

function isSame(value: unknown, text: string | undefined): boolean {
  if (typeof value === 'string') return value === text;
  if (typeof value === 'boolean') return String(value) === text;
  return text !== undefined && Number.isSafeInteger(value) && INTEGER.test(text) && Number(text) === value;
}

const mismatch = (header: string, problem: string): Fault =>
  httpFault(400, 'param_header_mismatch', `Header mismatch: ${header} ${problem}`, HEADER_MISMATCH);
