/** One raw tar header and the data behind it; every field may be a lie. */
export interface RawMember {
  name: string | Uint8Array;
  /** The type flag; a regular file when absent. */
  type?: string;
  data?: string | Uint8Array;
  linkName?: string;
  mode?: number;
  /** The user id field's raw 8 bytes. */
  rawUid?: Uint8Array;
  /** The size field, when it is not the data's. */
  size?: number;
  /** The size field's raw 12 bytes. */
  rawSize?: Uint8Array;
  magic?: string;
  prefix?: string;
  checksum?: number;
}

const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? Buffer.from(text) : text);

function header(member: RawMember, length: number): Uint8Array {
  const block = Buffer.alloc(512);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  block.set(bytesOf(member.name).subarray(0, 100), 0);
  block.write(octal(member.mode ?? 0o644, 8), 100);
  block.write(octal(0, 8), 108);
  if (member.rawUid) block.set(member.rawUid, 108);
  block.write(octal(0, 8), 116);
  block.write(octal(member.size ?? length, 12), 124);
  if (member.rawSize) block.set(member.rawSize, 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write(member.type ?? '0', 156, 'latin1');
  block.write(member.linkName ?? '', 157);
  block.write(member.magic ?? 'ustar\u000000', 257, 'latin1');
  block.write(member.prefix ?? '', 345);
  const sum = member.checksum ?? block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** A header, its data and the padding to a whole block. */
export function rawMember(member: RawMember): Uint8Array {
  const data = bytesOf(member.data ?? '');
  const padding = new Uint8Array((512 - (data.length % 512)) % 512);
  return Buffer.concat([header(member, data.length), data, padding]);
}

export const endBlocks = new Uint8Array(1024);

/** A whole tar: members as given, already built blocks as they are, and the end blocks. */
export function buildTar(...members: readonly (RawMember | Uint8Array)[]): Uint8Array {
  const parts = members.map((member) => (member instanceof Uint8Array ? member : rawMember(member)));
  return Buffer.concat([...parts, endBlocks]);
}

/** A pax record `LENGTH KEY=VALUE\n`, its length counting itself. */
function paxRecord(key: string, value: string | Uint8Array): Uint8Array {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), bytesOf(value), Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** A pax extended header for the member that follows it. */
export function paxHeader(records: Record<string, string | Uint8Array>): RawMember {
  const data = Buffer.concat(Object.entries(records).map(([key, value]) => paxRecord(key, value)));
  return { name: 'PaxHeader', type: 'x', data };
}

/** GNU's header for a name of any length. */
export function gnuLong(type: 'L' | 'K', name: string): RawMember {
  return { name: '././@LongLink', type, data: `${name}\0`, magic: 'ustar  \0' };
}
