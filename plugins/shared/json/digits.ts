/** True for an ASCII digit. */
export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** The value of an ASCII hex digit; negative for any other byte. */
export function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
