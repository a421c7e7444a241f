import { readFileSync } from 'node:fs';

const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** The text of a file that the user names. @throws Error that names the file, if it is too large or cannot be read */
export function readTextFile(file: string): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} bytes`);
    return bytes.toString('utf8');
  } catch (error) {
    throw new Error(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
