import { defaultPolicy, type Policy } from '../../../core/documents/gate/policy.ts';
import type { Firing, GateFacts } from '../../../core/documents/gate/verdict.ts';
import type { ContentsCheck, DataCheck, GateCheckWorld, Subject } from '../../../core/gate/check.ts';
import type { Contents, GateMember, Reading } from '../../../core/gate/reading.ts';
import { type Sha256, sha256Of } from '../../../core/names/digest.ts';

/** What lies at a path: a text, or where a link leads, or a file that is too large to be kept. */
type SmallFile = string | Uint8Array | { readonly link: string } | { readonly large: string };

function memberOf(path: string, file: SmallFile): GateMember {
  const plain = { path, mode: 0o644, size: 0, sha256: null, linkTarget: null, machine: null };
  if (typeof file === 'object' && 'link' in file) return { ...plain, type: 'symlink', linkTarget: file.link };
  const bytes = typeof file === 'object' && 'large' in file ? file.large : file;
  return { ...plain, type: 'file', size: bytes.length, sha256: sha256Of(bytes) };
}

/** Contents of these files, of which all texts are kept. */
export function contentsOf(files: Readonly<Record<string, SmallFile>>, more: Partial<Contents> = {}): Contents {
  const all = Object.entries(files);
  const texts = all.flatMap(([path, file]): [string, Uint8Array][] =>
    typeof file === 'string' || file instanceof Uint8Array ? [[path, Buffer.from(file)]] : [],
  );
  return {
    members: new Map(all.map(([path, file]) => [path, memberOf(path, file)])),
    texts: new Map(texts),
    ...{ tooLarge: [], findings: [], unpacked: 0, secrets: [], lackPlaceholder: [] },
    ...{ index: null, paths: null, wheel: null },
    ...more,
  };
}

export const smallFacts = (more: Partial<GateFacts> = {}): GateFacts => ({
  ...{ name: 'demo', version: '1.0', source: null, depends: [], license: null, maintainers: [], unpacked: 0 },
  ...{ scripts: [], natives: 0, blobs: [], hosts: [], projects: [] },
  ...more,
});

interface SmallSubject extends Partial<Omit<Subject, 'reading'>> {
  readonly files?: Readonly<Record<string, SmallFile>>;
  readonly contents?: Partial<Contents>;
  readonly reading?: Reading;
}

/** A package `demo` with these files, from upstream, unless told otherwise. */
export function smallSubject({ files = {}, contents = {}, ...more }: SmallSubject = {}): Subject {
  const kind = more.kind ?? 'package';
  return {
    kind,
    id: kind === 'wheel' ? 'simple/demo/demo-1.0-py3-none-any.whl' : 'linux-64/demo-1.0-0.conda',
    ...{ name: 'demo', version: '1.0', sha256: sha256Of('demo'), size: 4, origin: 'upstream', source: null },
    ...{ record: null, published: null, yanked: false, projectStatus: null, projects: [], isServed: false },
    reading: { status: 'read', contents: contentsOf(files, contents) },
    facts: null,
    ...more,
  };
}

interface SmallWorld {
  readonly policy?: Partial<Policy>;
  readonly isFirst?: boolean;
  readonly known?: readonly Sha256[];
  readonly previous?: GateFacts | null;
}

const now = Date.parse('2026-11-01T00:00:00Z');

/** A channel that was synced before and knows no script and no build, unless told otherwise. */
export const smallWorld = ({
  policy = {},
  isFirst = false,
  known = [],
  previous = null,
}: SmallWorld = {}): GateCheckWorld => ({
  policy: { ...defaultPolicy, ...policy },
  now,
  advice: { status: 'none' },
  isFirst,
  previous: async () => (previous === null ? null : { sha256: sha256Of('before'), facts: previous }),
  isKnownScript: async (_, sha256) => known.includes(sha256),
  knownNames: [],
  reserved: [],
});

/** What a check says of a file. */
export const firingsOf = async (
  check: ContentsCheck | DataCheck,
  subject: Subject,
  world: GateCheckWorld = smallWorld(),
): Promise<Firing[]> => [...(await check.judge(subject, world))];

/** The verdicts and codes of what a check says: `hold D1.link-script`. */
export const saidOf = async (...asked: Parameters<typeof firingsOf>): Promise<string[]> =>
  (await firingsOf(...asked)).map(({ verdict, code }) => `${verdict} ${code}`);
