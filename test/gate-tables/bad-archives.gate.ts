import { zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, it } from 'vitest';
import { buildTar, paxHeader, type RawMember, rawMember } from '../support/archives/build-tar.ts';
import { buildZip, type RawZip, type RawZipMember } from '../support/archives/build-zip.ts';
import { buildFrame, rawBlock, skippableFrame } from '../support/archives/build-zstd.ts';
import { useOneLab } from '../support/cli/lab.ts';
import { conda, expectPublishRefuses, expectSyncRefuses, havePython } from '../support/gate-tables/refused-input.ts';
import { buildConda, infoTar, pkgTar, stem } from '../support/packages/build-package.ts';
import { soundConda } from '../support/packages/sound-package.ts';

/** A sound `.conda` whose ZIP records are as told. */
function condaOf(change: (member: RawZipMember) => RawZipMember = (member) => member, zip: RawZip = {}): Uint8Array {
  const [info, pkg] = [infoTar(), pkgTar()];
  const members: RawZipMember[] = [
    { name: 'metadata.json', data: '{"conda_pkg_format_version": 2}' },
    { name: `pkg-${stem}.tar.zst`, data: pkg },
    { name: `info-${stem}.tar.zst`, data: info },
  ];
  return buildZip(members.map(change), zip);
}
const inPkg = (change: Partial<RawZipMember>) =>
  condaOf((member) => (member.name.startsWith('pkg-') ? { ...member, ...change } : member));
const ofPkg = (...members: readonly (RawMember | Uint8Array)[]) =>
  buildConda({ pkg: zstdCompressSync(buildTar(...members)) });
const holding = (...payload: RawMember[]) => soundConda({ payload });
const hidden = rawMember({ name: 'hidden', data: 'x' });
const rawSize = (bytes: readonly number[]) => Uint8Array.from([...bytes, ...new Array(12 - bytes.length).fill(0)]);
const empty = Buffer.from(buildZip([])).toString('latin1');

const refused: readonly (readonly [what: string, code: string, bytes: () => Uint8Array])[] = [
  [
    'a .conda with a third member, evil.tar.zst',
    'A5.members',
    () => buildConda({ more: [{ name: 'evil.tar.zst', data: pkgTar() }] }),
  ],
  [
    'a .conda with a second payload, pkg-foo.tar.zst',
    'A5.members',
    () => buildConda({ more: [{ name: 'pkg-foo.tar.zst', data: pkgTar() }] }),
  ],
  [
    'a ZIP whose local name is not the directory name',
    'A4.mismatch',
    () => inPkg({ local: { name: `pkg-${stem}.tar.zsu` } }),
  ],
  [
    'a ZIP with a member that its directory lacks',
    'A4.mismatch',
    () => buildConda({ more: [{ name: 'evil.tar.zst', data: pkgTar(), unlisted: true }] }),
  ],
  ['a ZIP with a member that its directory alone has', 'A4.mismatch', () => inPkg({ central: { offset: 1 } })],
  ['a ZIP with two end records', 'A4.framing', () => condaOf(undefined, { trailer: empty })],
  ['a ZIP behind a stub', 'A4.framing', () => condaOf(undefined, { prefix: '#!/bin/sh\n' })],
  ['a ZIP with bytes behind its end', 'A4.framing', () => condaOf(undefined, { trailer: '\n' })],
  ['a ZIP with a comment', 'A4.framing', () => condaOf(undefined, { comment: 'hello' })],
  ['a stored member with a wrong CRC', 'A4.crc', () => inPkg({ local: { crc: 1 }, central: { crc: 1 } })],
  ['a data descriptor that is not what the directory says', 'A4.descriptor', () => inPkg({ descriptor: { crc: 1 } })],
  ['two zstd frames', 'A6.frames', () => buildConda({ pkg: Buffer.concat([pkgTar(), pkgTar()]) })],
  [
    'a skippable zstd frame in front',
    'A6.frames',
    () => buildConda({ pkg: Buffer.concat([skippableFrame, pkgTar()]) }),
  ],
  ['a zstd frame cut by 10 bytes', 'A6.truncated', () => buildConda({ pkg: pkgTar().subarray(0, -10) })],
  [
    'a zstd window of 256 MiB',
    'A6.window',
    () => buildConda({ pkg: buildFrame({ blocks: [rawBlock('x')], windowLog: 28 }) }),
  ],
  [
    'a zstd frame that asks for a dictionary',
    'A6.dict',
    () => buildConda({ pkg: buildFrame({ blocks: [rawBlock('x')], dictionaryId: 7 }) }),
  ],
  [
    'a hardlink out of the package, and a file of its name',
    'A8.type',
    () => ofPkg({ name: 'x', type: '1', linkName: '../victim' }, { name: 'x', data: 'owned' }),
  ],
  [
    'a tar header in the data of a directory',
    'A8.size-on-nonfile',
    () => ofPkg({ name: 'd/', type: '5', data: hidden }),
  ],
  ['a tar header in the data of a fifo', 'A8.size-on-nonfile', () => ofPkg({ name: 'f', type: '6', data: hidden })],
  ['a tar header in the data of a hardlink', 'A8.size-on-nonfile', () => ofPkg({ name: 'h', type: '1', data: hidden })],
  [
    'a pax size that is not the header size',
    'A8.pax',
    () => ofPkg(paxHeader({ size: '0' }), { name: 'x', data: hidden }),
  ],
  ['a negative tar size', 'A8.pax', () => ofPkg({ name: 'x', rawSize: rawSize(new Array(12).fill(0xff)) })],
  ['a base-256 tar size', 'A8.pax', () => ofPkg({ name: 'x', rawSize: rawSize([0x80]) })],
  ['a pax header for the whole tar', 'A8.pax', () => ofPkg({ ...paxHeader({ path: 'y' }), type: 'g' }, { name: 'x' })],
  ['an absolute name', 'A9.absolute', () => ofPkg({ name: '/etc/cron.d/owned' })],
  ['a name with ..', 'A9.parent', () => ofPkg({ name: '../../../../etc/cron.d/owned' })],
  ['a name with a backslash', 'A9.backslash', () => ofPkg({ name: 'lib\\x' })],
  ['a name with a control character', 'A9.control', () => ofPkg({ name: 'a\nb' })],
  ['a name that is not UTF-8', 'A9.utf8', () => ofPkg({ name: Buffer.from([0x61, 0xff]) })],
  ['a name that is not NFC', 'A9.nfc', () => ofPkg({ name: 'e\u0301' })],
  ['a setuid bit', 'A11.set-id', () => holding({ name: 'bin/su', data: 'x', mode: 0o4755 })],
  ['a device', 'A8.type', () => ofPkg({ name: 'dev', type: '3' })],
  ['one path twice', 'A12.dup', () => ofPkg({ name: 'x' }, { name: 'x' })],
  ['info/index.json in the payload', 'A14.pkg', () => holding({ name: 'info/index.json', data: '{}' })],
];

const held: readonly (readonly [what: string, code: string, subdir: string, bytes: () => Uint8Array])[] = [
  [
    'a symlink to /etc/passwd',
    'A10.escape',
    'linux-64',
    () => holding({ name: 'lib/a', type: '2', linkName: '/etc/passwd' }),
  ],
  [
    'a symlink out of the package',
    'A10.escape',
    'linux-64',
    () => holding({ name: 'lib/a', type: '2', linkName: '../../../x' }),
  ],
  [
    'README and readme in noarch',
    'A12.case',
    'noarch',
    () =>
      soundConda({ payload: [{ name: 'README' }, { name: 'readme' }], index: { subdir: 'noarch', noarch: 'generic' } }),
  ],
];

describe('a sync', () => {
  useOneLab();

  it.each(refused)('rejects %s: %s', (_, code, bytes) => expectSyncRefuses({ fileName: conda, bytes: bytes(), code }));
  it.each(held)('holds %s: %s', (_, code, subdir, bytes) =>
    expectSyncRefuses({ fileName: conda, bytes: bytes(), code }, 'hold', { subdir }),
  );
});

describe('publishing', () => {
  useOneLab();
  beforeAll(havePython);

  it.each(refused)('does not publish %s: %s', (_, code, bytes) =>
    expectPublishRefuses({ fileName: conda, bytes: bytes(), code }),
  );
  it.each(held)('does not publish %s: %s', (_, code, __, bytes) =>
    expectPublishRefuses({ fileName: conda, bytes: bytes(), code }),
  );
});
