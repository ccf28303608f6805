import { type ChannelPlace, channelPlace, looksLikePackage } from '../layout/channel-place.ts';
import { shardsFolder } from '../layout/keys.ts';
import { parsePackageFileName } from '../names/package-file-name.ts';
import { noarch, platformNames } from '../names/subdir.ts';
import type { PassedOver } from '../ports/store.ts';
import { didYouMean } from '../problems/did-you-mean.ts';
import { type Stray, type StrayRules, thingTelling } from './strays.ts';

/** What in a channel is none of its files. */
export const channelStrays: StrayRules = { object: strayObject, thing: strayThing, whole: 'the channel' };

/** What is wrong with a file at this key of a channel; null for a file of the channel, and for a hidden one. */
function strayObject(key: string): Stray | null {
  const place = channelPlace(key);
  return place.kind === 'stray' ? (strayFolder(key) ?? { subject: key, ...telling(key, place.why) }) : null;
}

function strayThing({ path, kind }: PassedOver): Stray | null {
  if (channelPlace(path).kind === 'hidden') return null;
  // Of any other folder its files tell.
  if (kind === 'folder') return strayFolder(path);
  return strayFolder(path) ?? { subject: path, ...thingTelling(kind, 'a package', 'the channel') };
}

/** A folder that is told in the place of all that is in it, such as an unpacked package. */
function strayFolder(path: string): Stray | null {
  const [channel = '', folder = '', name, inside] = path.split('/');
  const unpacked = {
    detail: 'is a folder, and a package is one file',
    hint: 'put the package itself there, and move the folder out of the channel',
  };
  if (name !== undefined && looksLikePackage(folder)) return { subject: `${channel}/${folder}/`, ...unpacked };
  if (inside === undefined || name === undefined || name === shardsFolder) return null;
  const subject = `${channel}/${folder}/${name}/`;
  if (looksLikePackage(name)) return { subject, ...unpacked };
  if (inside === '' || channelPlace(path).kind !== 'stray') return null;
  return {
    subject,
    detail: 'is a folder within a subdir',
    hint: 'move the packages in it up, and it out of the channel',
  };
}

type Telling = Omit<Stray, 'subject'>;

function telling(key: string, why: (ChannelPlace & { kind: 'stray' })['why']): Telling {
  const [channel = '', folder = ''] = key.split('/');
  const isPackage = looksLikePackage(key);
  const home = `move it into the folder of its subdir, such as ${channel}/linux-64/`;
  const away = `move it out of ${channel}/: who knows its name may read it`;
  if (why === 'beside') return { detail: 'lies beside the subdirs', hint: isPackage ? home : away };
  if (why !== 'no subdir') return nameTelling(key.slice(key.lastIndexOf('/') + 1), away);
  const near = didYouMean(folder, [...platformNames, noarch]);
  const there = near === null ? home : `did you mean ${channel}/${near}/?`;
  return { detail: 'lies in a folder that is no subdir', hint: isPackage ? there : away };
}

function nameTelling(name: string, away: string): Telling {
  if (/\.(?:whl|egg|zip|tar\.gz|tgz)$/i.test(name)) {
    return { detail: 'is no conda package', hint: `${away}; name its project in the allowlist` };
  }
  if (!looksLikePackage(name)) return { detail: 'is no file of the channel', hint: away };
  const likely = likelyName(name);
  const rename =
    likely === null ? 'name it as its info/index.json says' : `rename it to ${likely}, or remove it if that is there`;
  return { detail: 'is not named as a package: name-version-build.conda or .tar.bz2, in lowercase', hint: rename };
}

/** The package file name that a name was probably meant to be: most have a browser's ` (1)`, or capitals. */
function likelyName(name: string): string | null {
  const once = name.trim().replace(/(?: ?\(\d+\)| copy)(?=\.(?:conda|tar\.bz2)$)/i, '');
  const [, head = '', rest = '', ending = ''] = /^(.*)(-[^-]*-[^-]*)(\.(?:conda|tar\.bz2))$/i.exec(once) ?? [];
  return parsePackageFileName(`${head.toLowerCase()}${rest}${ending.toLowerCase()}`);
}
