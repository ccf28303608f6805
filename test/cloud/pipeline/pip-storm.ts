import { PutObjectCommand } from '@aws-sdk/client-s3';
import { canonicalJson } from '../../../core/json/json.ts';
import {
  fileProvenanceKey,
  projectControlKey,
  projectPageKey,
  simpleFileKey,
  simpleMetadataKey,
} from '../../../core/layout/keys.ts';
import { enteringWheel, project } from '../../support/simple/simple-scene.ts';
import type { Scene } from './scene.ts';

const projects = Array.from({ length: 12 }, (_, at) => project(`project-${at}`));
const wheels = projects.flatMap((name) =>
  ['1.0', '1.1+x', '2.0rc1', '3.0'].map((version) =>
    enteringWheel({ fileName: `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl` }),
  ),
);

/** What writers put and delete of what pip reads: wheels, and the metadata of each. */
export const writtenForPip = wheels.flatMap(({ name, bytes, metadata }) => [
  { key: simpleMetadataKey(name.project, name.fileName), bytes: metadata },
  { key: simpleFileKey(name.project, name.fileName), bytes },
]);

/** Decides on every wheel, and says where each is from. */
export async function decideAll({ clients, stack }: Scene): Promise<void> {
  const put = (Key: string, document: unknown) =>
    clients.s3.send(new PutObjectCommand({ Bucket: stack.bucket, Key, Body: canonicalJson(document) }));
  for (const { name, provenance } of wheels) {
    await put(fileProvenanceKey(name.project, name.fileName, provenance.sha256), provenance);
  }
  for (const name of projects) {
    const own = wheels.filter((wheel) => wheel.name.project === name);
    const files = Object.fromEntries(own.map((wheel) => [wheel.name.fileName, { why: ['demo'] }]));
    await put(projectControlKey(name), { version: 1, files });
  }
}

/** The keys of the wheels that a project's page must name: those that are there with their metadata. */
export const listable = ({ stack }: Scene): string[] =>
  [...stack.objects.keys()].filter((key) => key.endsWith('.whl') && stack.objects.has(`${key}.metadata`)).toSorted();

/** The keys of the metadata that wheels lack, in order. */
export const lackingMetadata = ({ stack }: Scene): string[] =>
  [...stack.objects.keys()]
    .flatMap((key) => (key.endsWith('.whl') && !stack.objects.has(`${key}.metadata`) ? [`${key}.metadata`] : []))
    .toSorted();

/** The keys of the wheels that pages name. */
export const namedForPip = (scene: Scene): string[] =>
  projects
    .flatMap((name) => {
      const key = projectPageKey(name, 'index.json');
      const { files }: { files: { filename: string }[] } = JSON.parse(scene.contents(key)[key] ?? '{"files":[]}');
      return files.map(({ filename }) => `simple/${name}/${filename}`);
    })
    .toSorted();
