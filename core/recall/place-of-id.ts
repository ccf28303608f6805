import { channelPlace } from '../layout/channel-place.ts';
import { type ChannelName, type ObjectKey, packageKey, simpleFileKey } from '../layout/keys.ts';
import { simplePlace } from '../layout/simple-place.ts';
import type { FileAt, PackageAt } from './served-file.ts';

/** The file that an id names (`linux-64/x-1.0-0.conda`, `simple/x/x-1.0.tar.gz`); null when it names none. */
export function placeOfId(id: string, channel: ChannelName): PackageAt | FileAt | null {
  const place = id.startsWith('simple/') ? simplePlace(id) : channelPlace(`${channel}/${id}`);
  if (place.kind === 'package') return { ...place, id, channel };
  return place.kind === 'file' ? { kind: 'file', id, project: place.project, fileName: place.fileName } : null;
}

export const keyOfPlace = (file: PackageAt | FileAt): ObjectKey =>
  file.kind === 'package'
    ? packageKey(file.channel, file.subdir, file.filename)
    : simpleFileKey(file.project, file.fileName);
