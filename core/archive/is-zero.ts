/** Whether there is nothing but zeros. A loop: archives hold thousands of them, and `every` costs ten times as much. */
export function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}
