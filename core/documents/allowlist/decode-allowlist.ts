/** Why bytes are no text. */
interface DecodeFault {
  /** As much of the bytes as could be read. */
  readonly text: string;
  /** Where in `text` the fault is, in UTF-16 units. */
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

/** 1 MiB, some ten thousand entries: nobody reviews a longer list. */
export const maxAllowlistBytes = 1024 * 1024;

/** The text of an allowlist's bytes: UTF-8 without a byte order mark (RFC 8259, section 8.1), at most 1 MiB. */
export function decodeAllowlist(bytes: Uint8Array): string | DecodeFault {
  const [first, second, third] = bytes;
  const whole = { text: '', offset: 0 };
  if (bytes.length > maxAllowlistBytes) {
    return { ...whole, message: 'the file is larger than 1 MiB', hint: 'is it an allowlist?' };
  }
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    return { ...whole, message: 'the file starts with a byte order mark', hint: 'save it as UTF-8 without BOM' };
  }
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return { ...whole, message: 'the file is UTF-16', hint: 'save it as UTF-8 without BOM' };
  }
  const text = tryDecode(bytes);
  if (text?.trim() === '') {
    return { ...whole, message: 'the file is empty', hint: 'it needs "channels", "platforms" and "packages"' };
  }
  return text ?? describeInvalid(bytes);
}

function tryDecode(bytes: Uint8Array, stream = false): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
  } catch {
    return null;
  }
}

/** Finds the first invalid byte by halving: a prefix decodes, as a stream, exactly when the bad byte lies behind it. */
function describeInvalid(bytes: Uint8Array): DecodeFault {
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (tryDecode(bytes.subarray(0, middle), true) === null) bad = middle;
    else good = middle;
  }
  const text = tryDecode(bytes.subarray(0, good), true) ?? '';
  // The bytes that decode end in the middle of a character: that character's first byte is the bad one.
  const byte = bytes[new TextEncoder().encode(text).length];
  const isCut = good === bytes.length || byte === undefined;
  const what = isCut ? 'the file ends inside a character' : `byte 0x${byte.toString(16)} is not UTF-8`;
  return { text, offset: text.length, message: what, hint: 'save the file as UTF-8 without BOM' };
}
