import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { defaultChannelName } from '../../core/layout/keys.ts';
import { platformNames, type Subdir, subdirSchema } from '../../core/names/subdir.ts';
import { type SbomOf, sbom } from '../../core/steps/evidence/sbom.ts';
import gatehouse from '../../package.json' with { type: 'json' };
import { jsonText } from '../render/json-text.ts';
import { knownAllowlist } from '../world/known-allowlist.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus, type Flags } from './command.ts';
import { invalid } from './flags.ts';

export const sbomCommand: Command = {
  name: 'sbom',
  summary: 'write what is served, or one environment of the allowlist, as a bill of materials (CycloneDX 1.6, JSON)',
  options: { environment: { type: 'string' }, platform: { type: 'string' } },
  optionHelp: [
    '--environment NAME what installs today for this environment of the allowlist, with what needs what',
    '--platform P       for linux-64 or another alone; an environment is of one',
  ],
  examples: [
    ['gatehouse sbom > channel.cdx.json', 'every package and file that an index lists, by its sha256'],
    ['gatehouse sbom --environment course-101 --platform linux-64', 'solved from this channel alone'],
  ],
  async run({ allowlist: file, store, flags, terminal }) {
    await using world = openWorld(store);
    const allowlist = await knownAllowlist(file, world.store);
    const bill = await sbom(wantedOf(flags, allowlist), { ...world, madeBy: gatehouse.version });
    terminal.out(`${jsonText(bill, 2)}\n`);
    return exitStatus.done;
  },
};

function wantedOf({ environment: name, platform: text }: Flags, allowlist: Allowlist | null): SbomOf {
  const platform = text === undefined ? null : platformOf(String(text), allowlist);
  if (name === undefined) return { kind: 'channel', name: allowlist?.name ?? defaultChannelName, platform };
  const { environments = [], platforms = [] } = allowlist ?? {};
  const environment = environments.find((one) => one.name === name);
  if (environment === undefined || allowlist === null) throw unknown(`--environment is "${name}"`, environments);
  const [only, another] = platforms;
  const on = platform ?? (another === undefined ? only : undefined);
  if (on === undefined) throw invalid('an environment needs a --platform', `write one of ${platforms.join(', ')}`);
  return { kind: 'environment', environment, platform: on, allowlist };
}

function platformOf(text: string, allowlist: Allowlist | null): Subdir {
  const known: readonly string[] = allowlist?.platforms ?? platformNames;
  if (known.includes(text)) return subdirSchema.parse(text);
  const what = allowlist === null ? 'is none' : 'the allowlist does not have';
  throw invalid(`--platform is "${text}", which ${what}`, `write one of ${known.join(', ')}`);
}

function unknown(what: string, environments: Allowlist['environments']) {
  const names = environments.map(({ name }) => name);
  const hint = names.length === 0 ? 'it has no "environments"' : `it has ${names.join(', ')}`;
  return invalid(`${what}, which the allowlist does not have`, hint);
}
