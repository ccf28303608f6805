import { z } from 'zod';
import { notEmpty } from '../../json/length-checks.ts';
import { quoted } from '../../json/text-problem.ts';
import { channelNameGrammar, noChannelName } from '../../layout/channel-name.ts';
import { optionalIndexFiles } from '../../layout/index-files.ts';
import { defaultChannelName } from '../../layout/keys.ts';
import type { PackageFormat } from '../../names/package-file-name.ts';
import { platformNames, subdirSchema } from '../../names/subdir.ts';
import { policySchema, waiverEntrySchema } from './policy-schema.ts';
import { sourceUrlSchema, urlOrNoneSchema } from './source-url.ts';
import { wordedText } from './worded-text.ts';

export const platformSchema = z
  .enum(platformNames)
  .transform((name) => subdirSchema.parse(name))
  .meta({
    id: 'platform',
    description: 'A conda subdir that machines install from. noarch comes with every platform.',
  });

/** Where PyPI entries come from when the allowlist does not say. */
export const defaultIndex = 'https://pypi.org/simple';

/** The mapping of conda-forge's packages that prefix.dev publishes, renewed every hour. */
export const defaultMapping =
  'https://raw.githubusercontent.com/prefix-dev/parselmouth/main/files/v0/conda-forge/compressed_mapping.json';

/** A MatchSpec as text. `readSpec` parses it by CEP 29. */
export const specSchema = z
  .string()
  .regex(/\S/, 'a MatchSpec cannot be empty')
  .meta({ id: 'spec', description: 'A MatchSpec (CEP 29).', examples: ['jupyterlab ==3.1.3', 'numpy >=1.26,<2'] });

const platforms = z.array(platformSchema).check(notEmpty).meta({ uniqueItems: true, minItems: 1 });
const specs = z.array(specSchema);

const wheelPinSchema = wordedText(/^sha256:[0-9a-f]{64}$/, (text) => ({
  message: `${quoted(text)} is not the sha256 of a wheel`,
  hint: 'write "sha256:" and its 64 hexadecimal digits, as sha256sum prints them',
}));

/** Keys of an entry that say something of a PyPI project. */
export const ofPypiAlone = ['sdist', 'dependencies', 'wheel'] as const;

/** An entry with more to say than its MatchSpec. `readEntries` checks that it has either `spec` or `pypi`. */
export const detailedEntrySchema = z
  .strictObject({
    spec: specSchema.optional(),
    pypi: z
      .string()
      .meta({ description: 'A PyPI project and its versions (PEP 508).', examples: ['networkx ==1.10'] })
      .optional(),
    platforms: platforms.meta({ description: 'Only for these of the platforms listed at the top.' }).optional(),
    channel: sourceUrlSchema.meta({ description: 'Only from this channel, listed at the top or not.' }).optional(),
    depends: specs.meta({ description: 'Dependencies the package needs and does not state.' }).optional(),
    sdist: z
      .literal('unpack')
      .meta({ description: 'Where a release has no wheel: make one of its sdist, without running anything of it.' })
      .optional(),
    wheel: wheelPinSchema
      .meta({ description: 'The one wheel that the entry means: it is published by hand, and no index is asked.' })
      .optional(),
    dependencies: z
      .literal('pypi')
      .meta({ description: 'What it needs and no channel has comes from the package index too.' })
      .optional(),
    reason: z.string().meta({ description: 'Why it is here, for whoever reviews the list next.' }).optional(),
  })
  .meta({
    oneOf: [
      { required: ['spec'], not: { anyOf: ofPypiAlone.map((key) => ({ required: [key] })) } },
      { required: ['pypi'], not: { required: ['channel'] } },
    ],
  });

export const environmentNameSchema = wordedText(/^[a-z0-9][a-z0-9._-]{0,63}$/, (name) => ({
  message: `${quoted(name)} is not an environment name`,
  hint: 'use lowercase letters, digits, ".", "_" and "-", at most 64, and start with a letter or digit',
}));

export const channelNameSchema = wordedText(channelNameGrammar, noChannelName);

const projectKeySchema = wordedText(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?$/, (name) => ({
  message: `${quoted(name)} is not the name of a PyPI project`,
}));

/** Lowercase, as CEP 26 has them: what a `depends` may name. */
const condaNameSchema = wordedText(/^[a-z0-9_][a-z0-9_.-]{0,63}$/, (name) => ({
  message: `${quoted(name)} is not the name of a conda package`,
}));

export const reservedNameSchema = wordedText(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/, (name) => {
  const plain = name.replace(/[-_.]?\*$/, '');
  const isPattern = plain !== name && /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(plain);
  const hint = `write "${plain}": it reserves ${plain} and all that starts with ${plain}-`;
  return isPattern
    ? { message: `${quoted(name)} is a pattern, and names are reserved without one`, hint }
    : { message: `${quoted(name)} is not the name of a project or package` };
});

const virtualPackageNameSchema = wordedText(/^__[a-z0-9][a-z0-9_.-]{0,61}$/, (name) => ({
  message: `${quoted(name)} is not the name of a virtual package`,
  hint: 'they start with two underscores: __glibc, __osx, __cuda',
}));

export const pythonSchema = wordedText(/^[23]\.[0-9]{1,2}$/, (text) => ({
  message: `${quoted(text)} is not a python version`,
  hint: 'write major and minor, like "3.12"',
}));

const virtualVersionSchema = wordedText(/^[A-Za-z0-9_.!+-]{1,64}(?:=[A-Za-z0-9_.+-]{1,64})?$/, (text) => ({
  message: `${quoted(text)} is not a version`,
  hint: 'write it like "2.28", or like "1=x86_64_v3" where the build string counts',
}));

export const optionFormSchema = z.enum(optionalIndexFiles);

/** What each entry needs is the newest for it, or there are as few of a name as will do: uv's `fork-strategy` has that word. */
export const versionsSchema = z.enum(['newest', 'fewest']);
export type Versions = z.infer<typeof versionsSchema>;

export const packageFormatSchema = z.enum(['.conda', '.tar.bz2'] satisfies PackageFormat[]);

export const virtualPackagesSchema = z.record(virtualPackageNameSchema, virtualVersionSchema);
export const environmentSchema = specs.check(notEmpty).meta({ minItems: 1 });

/**
 * `allowlist.json`, as written. Only what one value shows by itself is decided here; `parseAllowlist` adds what values
 * mean together. `allowlist.schema.json` is made from this.
 */
export const allowlistSchema = z
  .strictObject({
    $schema: z.string().meta({ description: 'Where editors find the schema of this file.' }).optional(),
    name: channelNameSchema
      .meta({ description: "The channel's name, and its path: https://HOST/NAME.", default: defaultChannelName })
      .meta({ examples: ['acme'] })
      .optional(),
    channels: z
      .array(sourceUrlSchema)
      .meta({
        description: 'The conda channels packages come from; none where all is published here.',
        uniqueItems: true,
      })
      .meta({ examples: [['https://conda.anaconda.org/conda-forge']] }),
    platforms: platforms.meta({ description: 'The platforms every entry is solved for.' }),
    indexes: z
      .array(sourceUrlSchema)
      .check(notEmpty)
      .meta({ description: 'The Python package indexes that PyPI entries come from.', uniqueItems: true, minItems: 1 })
      .meta({ default: [defaultIndex] })
      .optional(),
    condaNames: z
      .record(projectKeySchema, condaNameSchema)
      .meta({ description: 'The conda package that a PyPI project is.', examples: [{ graphviz: 'python-graphviz' }] })
      .optional(),
    mapping: urlOrNoneSchema
      .meta({ description: 'Where the file is that says which PyPI projects conda packages are; "none" for none.' })
      .meta({ examples: [defaultMapping] })
      .optional(),
    reserved: z
      .array(reservedNameSchema)
      .meta({
        description: "The organisation's own names: acme reserves acme and acme-*, which come from nowhere else.",
      })
      .meta({ uniqueItems: true, examples: [['acme']] })
      .optional(),
    packageFormat: packageFormatSchema
      .meta({ description: 'What is made of PyPI entries; .tar.bz2 for conda before 4.7.', default: '.conda' })
      .optional(),
    packages: z
      .array(z.union([specSchema, detailedEntrySchema]))
      .meta({ description: 'What may enter, with all it depends on.', uniqueItems: true }),
    versions: versionsSchema
      .meta({ description: 'Of what several entries need: the newest for each, or the fewest that will do for all.' })
      .meta({ default: 'newest' })
      .optional(),
    python: z
      .array(pythonSchema)
      .check(notEmpty)
      .meta({
        description: 'Solve each entry for each of these; one per platform must work.',
        uniqueItems: true,
        minItems: 1,
      })
      .meta({ examples: [['3.11', '3.12']] })
      .optional(),
    virtualPackages: z
      .partialRecord(z.enum(platformNames), virtualPackagesSchema)
      .meta({ description: 'What machines have, per platform, where it differs from the defaults.' })
      .meta({ examples: [{ 'linux-64': { __glibc: '2.17', __cuda: '12.0' } }] })
      .optional(),
    environments: z
      .record(environmentNameSchema, environmentSchema)
      .meta({ description: 'Groups of MatchSpecs that must install together.' })
      .meta({ examples: [{ 'course-101': ['jupyterlab ==3.1.3', 'spyder ==5.0.4'] }] })
      .optional(),
    forms: z
      .array(optionFormSchema)
      .meta({ description: 'Index files beside those that are always written.', uniqueItems: true })
      .optional(),
    policy: policySchema.optional(),
    waivers: z
      .array(waiverEntrySchema)
      .meta({ description: 'What may enter though a check holds it, each for its reason and until its day.' })
      .optional(),
  })
  .meta({ title: 'Gatehouse allowlist', description: 'Which packages may enter the channel.' });

/** The content of `allowlist.schema.json`: JSON Schema 2020-12 of an allowlist as written, for editors. */
export function allowlistJsonSchema(): object {
  return z.toJSONSchema(allowlistSchema, { target: 'draft-2020-12', io: 'input' });
}
