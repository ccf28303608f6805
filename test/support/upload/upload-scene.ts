import { createHash } from 'node:crypto';
import { systemClock } from '../../../adapters/system-clock.ts';
import { addToken } from '../../../core/documents/tokens.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import type { Store } from '../../../core/ports/store.ts';
import { publishFiles } from '../../../local/pipeline/publish-files.ts';
import type { ServedRequest } from '../../../local/serve/served-request.ts';
import type { UploadLimits } from '../../../local/upload/upload-limits.ts';
import { uploads } from '../../../local/upload/uploads.ts';
import { memoryStore } from '../../twins/store-memory.ts';
import { offlineShell } from '../gate/test-gate.ts';
import { publishWorld } from '../publish/publish-scene.ts';
import { buildWheel } from '../python/build-wheel.ts';
import { serveForTest } from '../served/served-stores.ts';

/** The tokens of a scene, by their secrets. */
const secrets = { everything: ['*'], 'acme-only': ['acme', 'acme-*'], 'demo-only': ['demo'] };

export interface UploadScene {
  readonly store: Store;
  readonly url: string;
  /** What the server told its owner. */
  readonly told: string[];
  readonly log: ServedRequest[];
}

interface SceneOptions {
  readonly store?: Store;
  readonly limits?: Partial<UploadLimits>;
  /** Awaited before each publication. */
  readonly beforePublish?: () => Promise<void>;
}

/** A server that takes uploads of `acme` and `demo`, with and without what is below them, for as long as the test runs. */
export async function uploadScene(options: SceneOptions = {}): Promise<UploadScene> {
  const { store = memoryStore(), limits = {}, beforePublish = async () => {} } = options;
  for (const [secret, names] of Object.entries(secrets)) {
    const token = { name: `token-${secret}`, scope: 'publish' as const, names, sha256: sha256Of(secret) };
    await addToken({ store, clock: systemClock }, token);
  }
  const told: string[] = [];
  const log: ServedRequest[] = [];
  const takeUpload = uploads({
    store,
    limits: { wrongMs: 20, ...limits },
    tell: (line) => void told.push(line),
    async publish(file, publisher) {
      await beforePublish();
      return publishFiles([file], { ...publishWorld(), ...offlineShell, ...publisher, store });
    },
  });
  const url = await serveForTest({
    store,
    takeUpload,
    limits: { lingerMs: 300 },
    log: (access) => void log.push(access),
  });
  return { store, url, told, log };
}

export const acmeWheel = 'acme_tool-1.0-py3-none-any.whl';

export interface UploadForm {
  readonly fileName?: string;
  readonly bytes?: Uint8Array;
  /** In place of what uploaders send; null leaves one out. */
  readonly fields?: Readonly<Record<string, string | null>>;
  /** Behind the file. */
  readonly after?: Readonly<Record<string, string>>;
}

/** A form as uploaders send it. */
export function uploadForm({ fileName = acmeWheel, bytes, fields = {}, after = {} }: UploadForm = {}): FormData {
  const content = Buffer.from(bytes ?? buildWheel({ fileName }));
  const [name = '', version = ''] = fileName.replace(/\.(?:whl|tar\.gz)$/, '').split('-');
  const form = new FormData();
  const sent = {
    ':action': 'file_upload',
    protocol_version: '1',
    name: name.replaceAll('_', '.'),
    version,
    filetype: 'bdist_wheel',
    sha256_digest: createHash('sha256').update(content).digest('hex'),
    md5_digest: createHash('md5').update(content).digest('hex'),
    description: 'A tool.\n',
    ...fields,
  };
  for (const [field, value] of Object.entries(sent)) if (value !== null) form.append(field, value);
  form.append('content', new Blob([content]), fileName);
  for (const [field, value] of Object.entries(after)) form.append(field, value);
  return form;
}

export interface SendOptions {
  readonly target?: string;
  readonly user?: string;
  /** Null sends none. */
  readonly secret?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface UploadReply {
  readonly status: number;
  /** The reason phrase. */
  readonly reason: string;
  readonly body: string;
  readonly headers: Headers;
}

/** Sends a form. */
export async function send(url: string, form: FormData, options: SendOptions = {}): Promise<UploadReply> {
  const { target = '/legacy/', user = '__token__', secret = 'everything', headers = {} } = options;
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  const response = await fetch(url + target, {
    method: 'POST',
    body: form,
    headers: { ...(secret !== null && { authorization }), ...headers },
  });
  return {
    status: response.status,
    reason: response.statusText,
    body: await response.text(),
    headers: response.headers,
  };
}

const derived =
  /^_gatehouse\/(?:staging\/)?(?:tokens\.json|state\/)|simple\/(?:[^/]+\/)?index\.|conda\/(?:[^/]+\/)?\w+\.json(?:\.zst)?$/;

/** Keys of a store, but for tokens and what indexing derives. */
export async function published(store: Store): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys.filter((key) => !derived.test(key));
}
